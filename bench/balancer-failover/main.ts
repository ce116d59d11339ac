// How long 200 clients wait when a target dies, hangs, is cut off or drains, and when both are restarted one after another: through both of
// our engines, and through HAProxy with checks as fast as ours. Each client keeps a connection and asks every 50 ms; what counts is its
// longest wait for an answer, with every failure and reconnect in between. Arguments: rounds, and names of faults with commas between.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { pause } from '../../src/base/clock.ts'
import { systemClock } from '../../src/io/clock.ts'
import { addresses, type BalancerNetwork, makeBalancerNetwork } from '../../test/compat/balancer-network.ts'
import { startRemote } from '../../test/compat/remote-calls.ts'
import { requireTool } from '../../test/required-tool.ts'
import { eventually } from '../../test/system/everport.ts'
import { bundled } from '../bundled.ts'
import { benchContext, percentile, report } from '../report.ts'
import { type Balancer, balancersWith } from './balancers.ts'
import type { ClientsFunctions } from './clients.ts'
import { clients } from './settings.ts'

const rounds = Number(process.argv[2] ?? 3)
const chosen = process.argv[3]?.split(',')
/** Of a target that is told to end: its clients leave with their next answer. */
const endMs = 20_000
/** Answers that each client has had before a fault, and after it. */
const answersEach = 5
const settleMs = 1_000
const pollMs = 20
/** Through a balancer before its clients come: one that serves has served before. */
const warmUpConnections = 1_000

const context = benchContext()
const t = { after: context.after, skip: (reason?: string) => console.log(reason ?? '') }
const targets: ChildProcess[] = []
/** As bundles: a target that compiles as it starts takes the processors from everybody's answers. */
let files: Readonly<Record<'target' | 'clients', string>>

/** What is done to the first target, and what of it outlives the target; the clients run meanwhile. */
const faults: Readonly<Record<string, (world: World) => Promise<() => Promise<void>>>> = {
  /** What the machine itself makes them wait. */
  async nothing() {
    await pause(systemClock, 2 * settleMs)
    return () => Promise.resolve()
  },
  async kill() {
    targets[0]?.kill('SIGKILL')
    return () => Promise.resolve()
  },
  async hang() {
    targets[0]?.kill('SIGSTOP')
    return () => Promise.resolve()
  },
  async 'network drop'({ network }) {
    const table =
      'add table ip cut; add chain ip cut c { type filter hook input priority -300; policy drop; }'
    await network.targets[0]?.run('nft', table)
    return async () => void (await network.targets[0]?.run('nft', 'delete table ip cut'))
  },
  async drain({ balancer, network }) {
    await restart(balancer, network, 0)
    return () => Promise.resolve()
  },
  async 'rolling restart'({ balancer, network }) {
    for (const i of [0, 1]) await restart(balancer, network, i)
    return () => Promise.resolve()
  },
}

interface World {
  readonly network: BalancerNetwork
  readonly balancer: Balancer
}

const rows: (string | number)[][] = []
const figures: [string, number, string][] = []
const ratios: [string, number][] = []
try {
  for (const program of ['nft', 'conntrack', 'haproxy'])
    if (!requireTool(t, program)) throw new Error(`this benchmark needs ${program}`)
  const network = await makeBalancerNetwork(t)
  if (network === undefined) throw new Error('this benchmark needs network namespaces')
  t.after(() => {
    for (const target of targets) target.kill('SIGKILL')
  })
  files = {
    target: await bundled(t, './balancer-failover/target.ts'),
    clients: await bundled(t, './balancer-failover/clients.ts'),
  }
  const balancers = balancersWith(await bundled(t, './balancer-failover/checked-engine.ts'))
  for (const fault of chosen ?? Object.keys(faults)) {
    const seen = new Map(Object.keys(balancers).map(name => [name, nothingSeen()] as const))
    for (let round = 0; round < rounds; round++) {
      // In turns, so that what else the machine does meets all alike.
      for (const [name, result] of seen) await measure(network, fault, balancers[name], result)
    }
    const p99 = new Map([...seen].map(([name, result]) => [name, tell(fault, name, result)]))
    for (const name of ['kernel', 'userspace'])
      ratios.push([
        `failover_${fault.replace(' ', '_')}_${name}_p99_vs_haproxy`,
        (p99.get(name) ?? Number.NaN) / (p99.get('haproxy') ?? Number.NaN),
      ])
  }
} finally {
  await context.end()
}
report(
  `${clients} clients, ${rounds} rounds: each client's longest wait for an answer, milliseconds`,
  ['fault', 'balancer', 'p50', 'p90', 'p99', 'max', 'failed connects', 'broken connections'],
  rows,
  figures,
  ratios,
)
process.exit(0)

interface Seen {
  readonly waitsMs: number[]
  failedConnects: number
  broken: number
}

function nothingSeen(): Seen {
  return { waitsMs: [], failedConnects: 0, broken: 0 }
}

/** One round. */
async function measure(
  network: BalancerNetwork,
  fault: string,
  start: ((network: BalancerNetwork) => Promise<Balancer>) | undefined,
  seen: Seen,
): Promise<void> {
  // New ones: a target that was cut off never hears that its clients are gone, keeps their connections, and would wait for them when it drains.
  for (const i of [0, 1]) {
    await ended(i, 'SIGKILL')
    await startTarget(network, i)
  }
  const balancer = await start?.(network)
  if (balancer === undefined) throw new Error('no such balancer')
  await bothHealthy(balancer)
  const load = await startRemote<ClientsFunctions>({ after: () => undefined }, network.client, files.clients)
  await load.warmUp(addresses.balancer, warmUpConnections)
  await load.start(addresses.balancer)
  const answered = (): Promise<unknown> =>
    eventually(
      'every client is answered',
      20_000,
      () => atLeisure(() => load.fewestAnswers()),
      fewest => fewest >= answersEach,
    )
  await answered()
  await load.mark()
  const undo = await faults[fault]?.({ network, balancer })
  await pause(systemClock, settleMs)
  await answered()
  const result = await load.result()
  seen.waitsMs.push(...result.waitsMs)
  seen.failedConnects += result.failedConnects
  seen.broken += result.brokenConnections
  await load.stop()
  load.child.kill('SIGKILL')
  await undo?.()
  await balancer.stop()
}

/** The 99th percentile. */
function tell(fault: string, name: string, { waitsMs, failedConnects, broken }: Seen): number {
  const sorted = waitsMs.toSorted((a, b) => a - b)
  const [p50, p90, p99, max] = [50, 90, 99, 100].map(percent => percentile(sorted, percent))
  rows.push([fault, name, ...[p50, p90, p99, max].map(ms => (ms ?? 0).toFixed(0)), failedConnects, broken])
  figures.push([`failover_${fault.replace(' ', '_')}_${name}_p99`, p99 ?? Number.NaN, 'ms'])
  figures.push([`failover_${fault.replace(' ', '_')}_${name}_failed_connects`, failedConnects, ''])
  return p99 ?? Number.NaN
}

/** Who is asked without a pause has no time for its clients. */
async function atLeisure<T>(ask: () => Promise<T>): Promise<T> {
  await pause(systemClock, pollMs)
  return ask()
}

function bothHealthy(balancer: Balancer): Promise<number> {
  return eventually(
    'both are healthy',
    30_000,
    () => atLeisure(() => balancer.healthy()),
    healthy => healthy === 2,
  )
}

async function startTarget(network: BalancerNetwork, i: number): Promise<void> {
  const [program = '', ...args] = network.targets[i]?.inside(process.execPath, files.target) ?? []
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  targets[i] = child
  await once(child, 'message')
}

/** Rejects when the target does not end. */
async function ended(i: number, signal: NodeJS.Signals): Promise<void> {
  const child = targets[i]
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit', { signal: AbortSignal.timeout(endMs) })
  child.kill(signal)
  await exit
}

/** In good order: taken out, told to end, started anew, taken in. */
async function restart(balancer: Balancer, network: BalancerNetwork, i: number): Promise<void> {
  await balancer.setDraining(i, true)
  await ended(i, 'SIGTERM')
  await startTarget(network, i)
  await balancer.setDraining(i, false)
  await bothHealthy(balancer)
}
