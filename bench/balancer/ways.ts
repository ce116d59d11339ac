import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { groupPart, listenerPart, snapshotPart, targetPart } from '../../src/testing/balancer-parts.ts'
import type { EngineFunctions } from '../../test/compat/engine-child.ts'
import { startRemote } from '../../test/compat/remote-calls.ts'
import { eventually } from '../../test/system/everport.ts'
import type { Lane } from './lanes.ts'
import { ports, type Service, targetsOf } from './settings.ts'

/** One way from the client to the targets. */
export interface Way {
  readonly name: string
  /** Sets it up, in a lane of its own. */
  start(lane: Lane): Promise<RunningWay>
}

export interface RunningWay {
  readonly address: string
  /** Processes that carry it now; none when no process does. */
  pids(): Promise<readonly number[]>
  /** Does nothing by itself until `resume`: what it does twice a second is not to be paid by the ways that are measured meanwhile. */
  pause(): void
  /** Resolves when it has caught up with what it does by itself. */
  resume(): Promise<void>
  stop(): Promise<void>
  /** Processes that take connections beside the first, where it is ours. */
  workers?(): Promise<number>
}

const services = Object.keys(ports) as Service[]

/** Of a way that does nothing without traffic. */
const still = {
  pids: () => Promise.resolve([]),
  pause: () => undefined,
  resume: () => Promise.resolve(),
}

/** A process that stood still has much to do when it goes on: all its timers, and the memory that it lets go when it has time. */
const catchUpMs = 2_000

/** No balancer: the same machines, the one in the middle forwards packets. */
const direct: Way = {
  name: 'direct',
  start: lane => Promise.resolve({ address: lane.target(0), ...still, stop: () => Promise.resolve() }),
}

/**
 * The shortest rules with which the kernel translates addresses: one for each service, always to the same target, and nothing is counted, checked or
 * timed. What they cost is the kernel's own, and no engine of its kind can cost less.
 */
const shortestRules: Way = {
  name: 'one rule',
  async start(lane) {
    const rules = services.map(
      service =>
        `ip daddr ${lane.address} tcp dport ${ports[service]} dnat to ${lane.target(0)}:${ports[service]}`,
    )
    const hook = 'type nat hook prerouting priority dstnat; policy accept;'
    await lane.balancer.run('nft', `table ip one { chain c { ${hook} ${rules.join('; ')}; }; }`)
    return { address: lane.address, ...still, stop: () => Promise.resolve() }
  },
}

/** As bundles: test/compat/engine-child.ts and worker-child.ts. */
interface EngineFiles {
  readonly engine: string
  readonly worker: string
}

const everport = (
  name: string,
  engineName: 'kernel' | 'userspace',
  workers: 'auto' | 0,
  files: EngineFiles,
): Way => ({
  name,
  async start(lane) {
    const engine = await startRemote<EngineFunctions>(
      { after: () => undefined },
      lane.balancer,
      files.engine,
      [engineName, String(workers), files.worker],
    )
    /** A worker whose first process is stopped alone would hold it for hung. */
    const signal = (signalName: 'SIGSTOP' | 'SIGCONT'): void => {
      for (const pid of workers === 0 ? [] : childrenOf(engine.child)) process.kill(pid, signalName)
      engine.child.kill(signalName)
    }
    const groups = services.map(service => {
      const targets = targetsOf(service, lane).map((address, i) =>
        targetPart(`t${i}`, { key: `${service}/t${i}`, address, port: ports[service] }),
      )
      return groupPart(targets, { name: service, preservesClientIp: true })
    })
    const listeners = services.map(service =>
      listenerPart(ports[service], { forward: [{ targetGroup: service, weight: 1 }] }),
    )
    const keys = groups.flatMap(group => group.targets.map(({ key }) => key))
    await engine.apply(
      snapshotPart(listeners, groups, { address: lane.address }),
      keys.map(key => [key, { state: 'healthy' }]),
    )
    return {
      address: lane.address,
      pids: () => processesBelow(lane, engine.child),
      pause: () => signal('SIGSTOP'),
      async resume() {
        signal('SIGCONT')
        await setTimeout(catchUpMs)
      },
      workers: () => engine.workers(),
      async stop() {
        await engine.close(0)
        engine.child.kill('SIGKILL')
      },
    }
  },
})

const haproxy: Way = {
  name: 'haproxy',
  start: lane =>
    startProxy(lane, 'haproxy', ['haproxy', '-db', '-f'], () =>
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
          `  bind ${lane.address}:${ports[service]}`,
          '  balance roundrobin',
          ...targetsOf(service, lane).map((address, i) => `  server t${i} ${address}:${ports[service]}`),
        ]),
        '',
      ].join('\n'),
    ),
}

const nginx: Way = {
  name: 'nginx',
  start: lane =>
    startProxy(lane, 'nginx', ['nginx', '-g', 'daemon off;', '-c'], folder =>
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
          `  upstream ${service} { ${targetsOf(service, lane)
            .map(address => `server ${address}:${ports[service]};`)
            .join(' ')} }`,
          `  server { listen ${lane.address}:${ports[service]} backlog=4096; proxy_pass ${service}; }`,
        ]),
        '}',
        '',
      ].join('\n'),
    ),
}

export const waysWith = (files: EngineFiles): readonly Way[] => [
  direct,
  shortestRules,
  everport('kernel', 'kernel', 0, files),
  everport('userspace', 'userspace', 'auto', files),
  everport('one process', 'userspace', 0, files),
  haproxy,
  nginx,
]

async function startProxy(
  lane: Lane,
  name: string,
  command: readonly string[],
  config: (folder: string) => string,
): Promise<RunningWay> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-bench-'))
  const file = join(folder, 'config')
  writeFileSync(file, config(folder))
  const [program = '', ...args] = lane.balancer.inside(...command, file)
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = new Promise<void>(resolve => void child.once('exit', () => resolve()))
  await eventually(
    `${name} listens`,
    5_000,
    () => lane.balancer.run('ss', '-Hltn'),
    said => services.every(service => said.includes(`${lane.address}:${ports[service]}`)),
  )
  return {
    address: lane.address,
    ...still,
    pids: () => processesBelow(lane, child),
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true })
    },
  }
}

function childrenOf({ pid }: ChildProcess): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

/** The process and its workers. */
async function processesBelow(lane: Lane, child: ChildProcess): Promise<number[]> {
  const { pid } = child
  if (pid === undefined) return []
  const children = await lane.balancer.run('sh', '-c', `cat /proc/${pid}/task/*/children`)
  return [pid, ...children.split(/\s+/).filter(Boolean).map(Number)]
}
