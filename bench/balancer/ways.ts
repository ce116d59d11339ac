import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { groupPart, listenerPart, snapshotPart, targetPart } from '../../src/testing/balancer-parts.ts'
import { addresses, type BalancerNetwork } from '../../test/compat/balancer-network.ts'
import type { EngineFunctions } from '../../test/compat/engine-child.ts'
import { startRemote } from '../../test/compat/remote-calls.ts'
import { eventually } from '../../test/system/everport.ts'
import { ports, type Service, targetsOf } from './settings.ts'

/** One way from the client to the targets. */
export interface Way {
  readonly name: string
  /** Sets it up. */
  start(network: BalancerNetwork): Promise<RunningWay>
}

export interface RunningWay {
  readonly address: string
  /** Processes that carry it; none when no process does. */
  readonly pids: readonly number[]
  stop(): Promise<void>
}

const services = Object.keys(ports) as Service[]

/** No balancer: the same machines, the one in the middle forwards packets. */
const direct: Way = {
  name: 'direct',
  start: () => Promise.resolve({ address: addresses.target(0), pids: [], stop: () => Promise.resolve() }),
}

const everport = (name: 'kernel' | 'userspace', engineFile: string): Way => ({
  name,
  async start(network) {
    const engine = await startRemote<EngineFunctions>(
      { after: () => undefined },
      network.balancer,
      engineFile,
      [name],
    )
    const groups = services.map(service => {
      const targets = targetsOf[service].map((address, i) =>
        targetPart(`t${i}`, { key: `${service}/t${i}`, address, port: ports[service] }),
      )
      return groupPart(targets, { name: service, preservesClientIp: true })
    })
    const listeners = services.map(service =>
      listenerPart(ports[service], { forward: [{ targetGroup: service, weight: 1 }] }),
    )
    const keys = groups.flatMap(group => group.targets.map(({ key }) => key))
    await engine.apply(
      snapshotPart(listeners, groups, { address: addresses.balancer }),
      keys.map(key => [key, { state: 'healthy' }]),
    )
    return {
      address: addresses.balancer,
      pids: engine.child.pid === undefined ? [] : [engine.child.pid],
      async stop() {
        await engine.close(0)
        engine.child.kill('SIGKILL')
      },
    }
  },
})

const haproxy: Way = {
  name: 'haproxy',
  start: network =>
    startProxy(network, 'haproxy', ['haproxy', '-db', '-f'], () =>
      [
        'global',
        '  maxconn 9000',
        'defaults',
        '  mode tcp',
        '  timeout connect 1s',
        '  timeout client 350s',
        '  timeout server 350s',
        ...services.flatMap(service => [
          `listen ${service}`,
          `  bind ${addresses.balancer}:${ports[service]}`,
          '  balance roundrobin',
          ...targetsOf[service].map((address, i) => `  server t${i} ${address}:${ports[service]}`),
        ]),
        '',
      ].join('\n'),
    ),
}

const nginx: Way = {
  name: 'nginx',
  start: network =>
    startProxy(network, 'nginx', ['nginx', '-g', 'daemon off;', '-c'], folder =>
      [
        'load_module /usr/lib/nginx/modules/ngx_stream_module.so;',
        'user root;',
        `pid ${folder}/pid;`,
        'error_log /dev/null crit;',
        'worker_processes auto;',
        'worker_rlimit_nofile 19000;',
        'events { worker_connections 16000; }',
        'stream {',
        ...services.flatMap(service => [
          `  upstream ${service} { ${targetsOf[service]
            .map(address => `server ${address}:${ports[service]};`)
            .join(' ')} }`,
          `  server { listen ${addresses.balancer}:${ports[service]} backlog=4096; proxy_pass ${service}; }`,
        ]),
        '}',
        '',
      ].join('\n'),
    ),
}

/** `engineFile`: test/compat/engine-child.ts, as a bundle. */
export const waysWith = (engineFile: string): readonly Way[] => [
  direct,
  everport('kernel', engineFile),
  everport('userspace', engineFile),
  haproxy,
  nginx,
]

async function startProxy(
  network: BalancerNetwork,
  name: string,
  command: readonly string[],
  config: (folder: string) => string,
): Promise<RunningWay> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-bench-'))
  const file = join(folder, 'config')
  writeFileSync(file, config(folder))
  const [program = '', ...args] = network.balancer.inside(...command, file)
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = new Promise<void>(resolve => void child.once('exit', () => resolve()))
  await eventually(
    `${name} listens`,
    5_000,
    () => network.balancer.run('ss', '-Hltn'),
    said => services.every(service => said.includes(`${addresses.balancer}:${ports[service]}`)),
  )
  return {
    address: addresses.balancer,
    pids: await processesBelow(network, child),
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true })
    },
  }
}

/** The process and its workers. */
async function processesBelow(network: BalancerNetwork, child: ChildProcess): Promise<number[]> {
  const { pid } = child
  if (pid === undefined) return []
  const children = await network.balancer.run('sh', '-c', `cat /proc/${pid}/task/*/children`)
  return [pid, ...children.split(/\s+/).filter(Boolean).map(Number)]
}
