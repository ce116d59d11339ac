// How long clients go without an answer when a node dies, is hung, or drains. The clients are spread over the active cluster's balancers,
// as DNS spreads them, and ask one short query after the other without a pause, so that the machine is full all the time.
import { pause } from '../src/base/clock.ts'
import { systemClock } from '../src/io/clock.ts'
import { type Everport, eventually, startEverport } from '../test/system/everport.ts'
import { startLoad } from '../test/system/load.ts'
import { benchContext, percentile, report } from './report.ts'

const clients = 50
const rounds = Number(process.argv[2] ?? 10)
const sql = 'select 1'
const role = 'node-active-a-1'

const faults = {
  'node killed (kill -9)': (everport: Everport) => everport.kill(role),
  'node hung (SIGSTOP)': (everport: Everport) => everport.kill(role, 'SIGSTOP'),
  'node drained (SIGTERM)': (everport: Everport) => everport.kill(role, 'SIGTERM'),
} as const

const context = benchContext()
try {
  const everport = await startEverport(context)
  const balancers = ['127.0.1.1', '127.0.1.2'].map(address => ({ address, port: everport.ports.odbc }))
  const rows: (string | number)[][] = []
  const figures: [string, number, string][] = []
  for (const [name, inject] of Object.entries(faults)) {
    const gaps: number[] = []
    let errors = 0
    let answers = 0
    for (let round = 0; round < rounds; round++) {
      await everport.until('all healthy', view => view.allHealthy, 30_000)
      const load = await startLoad(everport, balancers, { clients, sql })
      await load.answered(clients * 20)
      load.mark()
      inject(everport)
      await load.everyClientAnsweredSinceMark(15_000)
      // The node comes back meanwhile and competes for the processor: that is part of the wait.
      await pause(systemClock, 2_000)
      gaps.push(...load.gapsMs())
      errors += load.errors()
      answers += load.answers()
      await load.stop()
      if (name.includes('SIGSTOP')) everport.kill(role, 'SIGCONT')
    }
    gaps.sort((a, b) => a - b)
    const [p50, p99, max] = [percentile(gaps, 50), percentile(gaps, 99), percentile(gaps, 100)]
    rows.push([name, p50.toFixed(0), p99.toFixed(0), max.toFixed(0), errors, answers])
    const key = /\((?:kill -9|(\w+))\)/.exec(name)?.[1]?.toLowerCase() ?? 'kill'
    figures.push([`failover_${key}_p99`, p99, 'ms'], [`failover_${key}_max`, max, 'ms'])
  }
  await everport.until('all healthy', view => view.allHealthy, 30_000)
  const cluster = await clusterLoss(everport)
  rows.push(['active cluster lost: DNS answers the passive one', '', '', cluster.toFixed(0), '', ''])
  figures.push(['failover_cluster_dns', cluster, 'ms'])
  report(
    `${clients} clients, one query after the other, ${rounds} rounds: milliseconds without an answer`,
    ['fault', 'p50', 'p99', 'max', 'failed queries', 'answers'],
    rows,
    figures,
  )
} finally {
  await context.end()
}

async function clusterLoss(everport: Everport): Promise<number> {
  const roles = everport
    .status()
    .clusters.filter(cluster => cluster.name === 'active')
    .flatMap(cluster => [...cluster.balancers, ...cluster.nodes])
    .map(member => member.roleName)
  // Held down first as wishes that the agent has not carried out, then killed all at once, as a power cut would.
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
