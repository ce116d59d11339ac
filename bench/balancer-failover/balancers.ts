import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { groupPart, listenerPart, snapshotPart, targetPart } from '../../src/testing/balancer-parts.ts'
import { addresses, type BalancerNetwork } from '../../test/compat/balancer-network.ts'
import { startRemote } from '../../test/compat/remote-calls.ts'
import { eventually } from '../../test/system/everport.ts'
import type { CheckedEngineFunctions } from './checked-engine.ts'
import { checkIntervalMs, ports } from './settings.ts'

/** A balancer before two targets, which it checks. */
export interface Balancer {
  /** Where clients connect. */
  readonly addresses: readonly string[]
  /** Takes a target out, or in again; flows go on. Resolves when no new connection goes there. */
  setDraining(target: number, isDraining: boolean): Promise<void>
  healthy(): Promise<number>
  stop(): Promise<void>
}

/** `engineFile`: checked-engine.ts, as a bundle. */
export function balancersWith(
  engineFile: string,
): Readonly<Record<string, (network: BalancerNetwork) => Promise<Balancer>>> {
  return {
    kernel: network => everport(network, 'kernel', engineFile),
    userspace: network => everport(network, 'userspace', engineFile),
    haproxy,
    none: () => Promise.resolve(none),
  }
}

/** Clients know both targets: what waits are when nothing stands between, and the least that any balancer can reach. */
const none: Balancer = {
  addresses: [addresses.target(0), addresses.target(1)],
  setDraining: () => Promise.resolve(),
  healthy: () => Promise.resolve(2),
  stop: () => Promise.resolve(),
}

async function everport(
  network: BalancerNetwork,
  name: 'kernel' | 'userspace',
  file: string,
): Promise<Balancer> {
  const engine = await startRemote<CheckedEngineFunctions>(
    { after: () => undefined },
    network.balancer,
    file,
    [name],
  )
  const draining = [false, false]
  const apply = (): Promise<void> => {
    const targets = draining.map((deregistering, i) =>
      targetPart(`t${i}`, { address: addresses.target(i), port: ports.service, deregistering }),
    )
    const { health } = groupPart([])
    const group = groupPart(targets, {
      health: {
        ...health,
        protocol: 'HTTP',
        port: ports.health,
        intervalMs: checkIntervalMs,
        timeoutMs: checkIntervalMs,
      },
    })
    return engine.apply(snapshotPart([listenerPart(ports.service)], [group], { address: addresses.balancer }))
  }
  await apply()
  await eventually(
    'all processes take connections',
    10_000,
    () => engine.isComplete(),
    isComplete => isComplete,
  )
  return {
    addresses: [addresses.balancer],
    async setDraining(target, isDraining) {
      draining[target] = isDraining
      await apply()
    },
    healthy: async () => (await engine.states()).filter(state => state === 'healthy').length,
    async stop() {
      await engine.close()
      engine.child.kill('SIGKILL')
    },
  }
}

/** Checks as fast as is sane, the next server for a connect that fails, connections of a dead server cut. */
async function haproxy(network: BalancerNetwork): Promise<Balancer> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-bench-'))
  const [file, socket] = [join(folder, 'haproxy.cfg'), join(folder, 'admin')]
  const server = (i: number): string =>
    `  server t${i} ${addresses.target(i)}:${ports.service} check port ${ports.health} inter ${checkIntervalMs}ms fall 2 rise 2 on-marked-down shutdown-sessions`
  writeFileSync(
    file,
    [
      'global',
      '  maxconn 4000',
      `  stats socket ${socket} level admin`,
      'defaults',
      '  mode tcp',
      '  retries 3',
      '  option redispatch 1',
      '  timeout connect 500ms',
      `  timeout check ${checkIntervalMs}ms`,
      '  timeout client 350s',
      '  timeout server 350s',
      'listen service',
      `  bind ${addresses.balancer}:${ports.service}`,
      '  option httpchk GET /',
      server(0),
      server(1),
      '',
    ].join('\n'),
  )
  const [program = '', ...args] = network.balancer.inside('haproxy', '-db', '-f', file)
  const child = spawn(program, args, { stdio: 'ignore' })
  const ended = new Promise<void>(resolve => void child.once('exit', () => resolve()))
  const balancer: Balancer = {
    addresses: [addresses.balancer],
    async setDraining(target, isDraining) {
      await command(socket, `set server service/t${target} state ${isDraining ? 'drain' : 'ready'}`)
    },
    async healthy() {
      const lines = (await command(socket, 'show stat')).split('\n')
      return lines.filter(line => /^service,t\d,/.test(line) && line.split(',')[17] === 'UP').length
    },
    async stop() {
      child.kill('SIGTERM')
      // Connections that are open would keep it.
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true })
    },
  }
  await eventually(
    'haproxy answers',
    5_000,
    () => balancer.healthy(),
    healthy => healthy === 2,
  )
  return balancer
}

function command(path: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    let said = ''
    socket.on('data', data => {
      said += data.toString()
    })
    socket.on('error', reject)
    socket.on('end', () => resolve(said))
    socket.write(`${line}\n`)
  })
}
