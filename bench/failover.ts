// How long clients wait for an answer when a node dies, is hung, or drains: from asking to having it, with every failure and reconnect in
// between. The clients are spread over the active cluster's balancers, as DNS spreads them. Once with a moment between two questions,
// as applications have it, and once without any, so that the clients alone fill the machine: then most of a wait is a queue for the processor,
// which the row without a fault shows.
import { pause } from '../src/base/clock.ts'
import type { Endpoint } from '../src/base/network.ts'
import { systemClock } from '../src/io/clock.ts'
import { type Everport, eventually, startEverport } from '../test/system/everport.ts'
import { startLoad } from '../test/system/load.ts'
import { benchContext, percentile, report } from './report.ts'

const clients = 50
const rounds = Number(process.argv[2] ?? 10)
/** Of the loads, the one that is measured; both where none is named. */
const onlyLoad = process.argv[3]
/** Short, and asked of the engine each time: constants are answered from memory for a second. */
const sql = process.argv[4] ?? 'select abs(1)'
const role = 'node-active-a-1'

const loads = { paced: { clients, sql, thinkTimeMs: 100 }, full: { clients, sql } } as const
const faults = {
  none: undefined,
  kill: 'SIGKILL',
  hang: 'SIGSTOP',
  drain: 'SIGTERM',
} as const

/** What has only started is still being compiled, at the expense of the first that it serves: a minute of load comes before what is measured. */
const warmUpMs = 60_000

const context = benchContext()
const rows: (string | number)[][] = []
const figures: [string, number, string][] = []
try {
  const everport = await startEverport(context)
  const first = await startLoad(everport, balancersOf(everport), loads.paced)
  await pause(systemClock, warmUpMs)
  await first.stop()
  for (const load of ['paced', 'full'] as const) {
    if (onlyLoad !== undefined && onlyLoad !== load) continue
    for (const fault of ['none', 'kill', 'hang', 'drain'] as const) await measure(everport, load, fault)
  }
  await everport.until('all healthy', view => view.allHealthy, 30_000)
  const lossMs = await clusterLoss(everport)
  rows.push(['active cluster lost: DNS answers the passive one', '', '', lossMs.toFixed(0), '', ''])
  figures.push(['failover_cluster_dns', lossMs, 'ms'])
} finally {
  await context.end()
}
report(
  `${clients} clients, ${rounds} rounds: each client's longest wait for an answer, milliseconds`,
  ['fault', 'p50', 'p99', 'max', 'failed queries', 'answers'],
  rows,
  figures,
)

async function measure(
  everport: Everport,
  load: keyof typeof loads,
  fault: keyof typeof faults,
): Promise<void> {
  const signal = faults[fault]
  const waits: number[] = []
  let [errors, answers] = [0, 0]
  for (let round = 0; round < rounds; round++) {
    await everport.until('all healthy', view => view.allHealthy, 30_000)
    const running = await startLoad(everport, balancersOf(everport), loads[load])
    await running.answered(clients * 20)
    running.mark()
    if (signal !== undefined) everport.kill(role, signal)
    await running.everyClientAnsweredSinceMark(15_000)
    // The node comes back meanwhile and competes for the processor: that is part of the wait.
    await pause(systemClock, 2_000)
    waits.push(...running.waitsMs())
    errors += running.errors()
    answers += running.answers()
    await running.stop()
    if (signal === 'SIGSTOP') everport.kill(role, 'SIGCONT')
  }
  waits.sort((a, b) => a - b)
  const [p50, p99, max] = [percentile(waits, 50), percentile(waits, 99), percentile(waits, 100)]
  rows.push([`${fault}, ${load} load`, p50.toFixed(0), p99.toFixed(0), max.toFixed(0), errors, answers])
  figures.push([`failover_${fault}_${load}_p99`, p99, 'ms'], [`failover_${fault}_${load}_max`, max, 'ms'])
}

/** Of the active cluster's balancers. */
function balancersOf({ ports }: Everport): Endpoint[] {
  return ['127.0.1.1', '127.0.1.2'].map(address => ({ address, port: ports.odbc }))
}

async function clusterLoss(everport: Everport): Promise<number> {
  const roles = everport
    .status()
    .clusters.filter(cluster => cluster.name === 'active')
    .flatMap(cluster => [...cluster.balancers, ...cluster.nodes])
    .map(member => member.roleName)
  // Told to keep them down, which takes a moment; meanwhile all are killed at once, as a power cut would.
  const held = everport.command('stop', 'active', '--kill')
  const began = systemClock.now()
  for (const name of roles) everport.kill(name)
  await eventually(
    'the passive cluster is answered',
    10_000,
    () => everport.dns(),
    addresses => addresses[0] === '127.0.2.1',
  )
  const took = systemClock.now() - began
  await held
  return took
}
