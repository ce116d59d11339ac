// How long 200 clients wait when a target dies, hangs, is cut off or drains, and when both are restarted one after another: through both of
// our engines, through HAProxy with checks as fast as ours, and, where clients notice by themselves, with nothing between. Each client keeps
// a connection and asks every 50 ms; what counts is its longest wait for an answer, with every failure and reconnect in between. A round is one
// fault at each in turn. Clients of one fault wait for one another, so a round gives one p99, and rounds are compared by their median.
// Arguments: rounds, and names of faults with commas between.
import { availableParallelism } from 'node:os'
import { pause } from '../../src/base/clock.ts'
import { systemClock } from '../../src/io/clock.ts'
import { type BalancerNetwork, makeBalancerNetwork } from '../../test/compat/balancer-network.ts'
import { startRemote } from '../../test/compat/remote-calls.ts'
import { requireTool } from '../../test/required-tool.ts'
import { eventually } from '../../test/system/everport.ts'
import { bundled } from '../bundled.ts'
import { benchContext, percentile, report } from '../report.ts'
import { orderOfTurn } from '../turns.ts'
import { atLeisure } from './at-leisure.ts'
import { type Balancer, balancersWith } from './balancers.ts'
import type { ClientsFunctions } from './clients.ts'
import { bothHealthy, faults } from './faults.ts'
import { clients } from './settings.ts'
import { makeTargets, type Targets } from './targets.ts'

const rounds = Number(process.argv[2] ?? 5)
const chosen = process.argv[3]?.split(',') ?? Object.keys(faults)
/** Answers that each client has had before a fault, and after it. */
const answersEach = 5
const settleMs = 1_000
/**
 * All clients leave and come again so often before it: who serves has served before, and a compiler that still works on how to reconnect takes
 * the processors from everybody. In the end as much time passes as after the fault.
 */
const warmUpReconnects = 15

interface Way {
  readonly name: string
  readonly start: (network: BalancerNetwork) => Promise<Balancer>
}

/** Of one fault at one way. */
interface Event {
  readonly p50: number
  readonly p99: number
  readonly max: number
  readonly failedConnects: number
  readonly broken: number
}

const context = benchContext()
const t = { after: context.after, skip: (reason?: string) => console.log(reason ?? '') }
let clientsFile = ''
const rows: (string | number)[][] = []
const figures: [string, number, string][] = []
const ratios: [string, number][] = []
try {
  for (const program of ['nft', 'conntrack', 'haproxy'])
    if (!requireTool(t, program)) throw new Error(`this benchmark needs ${program}`)
  const network = await makeBalancerNetwork(t)
  if (network === undefined) throw new Error('this benchmark needs network namespaces')
  // To look for a port among thousands that are not free yet takes longer than all that is measured, and nobody but a benchmark leaves so many behind.
  for (const side of [network.client, network.balancer])
    await side.run('sysctl', '-qw', 'net.ipv4.tcp_max_tw_buckets=0')
  // As bundles: what compiles as it starts takes the processors from everybody's answers.
  const targets = makeTargets(network, await bundled(t, './balancer-failover/target.ts'))
  t.after(() => targets.close())
  clientsFile = await bundled(t, './balancer-failover/clients.ts')
  const balancers = balancersWith(await bundled(t, './balancer-failover/checked-engine.ts'))
  const ways: readonly Way[] = Object.entries(balancers).map(([name, start]) => ({ name, start }))
  for (const fault of chosen) await compare(network, targets, fault, ways)
} finally {
  await context.end()
}
report(
  `${clients} clients, ${rounds} rounds: each client's longest wait for an answer, milliseconds, medians of rounds
${availableParallelism()} processors: as many processes in userspace, as many threads of HAProxy`,
  ['fault', 'balancer', 'p50', 'p99', 'p99 of rounds', 'max', 'greatest', 'failed connects', 'broken'],
  rows,
  figures,
  ratios,
)
process.exit(0)

async function compare(
  network: BalancerNetwork,
  targets: Targets,
  fault: string,
  ways: readonly Way[],
): Promise<void> {
  const able = ways.filter(({ name }) => name !== 'none' || faults[fault]?.isPlain === true)
  const seen = new Map<string, Event[]>(able.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const way of orderOfTurn(able, round))
      seen.get(way.name)?.push(await measure(network, targets, fault, way))
  }
  const p99 = new Map([...seen].map(([name, events]) => [name, tell(fault, name, events)]))
  const nothing = Number.NaN
  for (const name of ['kernel', 'userspace'])
    ratios.push([
      `failover_${fault.replace(' ', '_')}_${name}_p99_vs_haproxy`,
      (p99.get(name) ?? nothing) / (p99.get('haproxy') ?? nothing),
    ])
}

async function measure(
  network: BalancerNetwork,
  targets: Targets,
  fault: string,
  { start }: Way,
): Promise<Event> {
  // New ones: a target that was cut off never hears that its clients are gone, keeps their connections, and would wait for them when it drains.
  await targets.renew()
  const balancer = await start(network)
  await bothHealthy(balancer)
  const load = await startRemote<ClientsFunctions>({ after: () => undefined }, network.client, clientsFile)
  await load.start(balancer.addresses)
  const answered = (times: number): Promise<unknown> =>
    eventually(
      'every client is answered',
      20_000,
      () => atLeisure(() => load.fewestAnswers()),
      fewest => fewest >= times,
    )
  for (let i = 0; i < warmUpReconnects; i++) {
    await load.mark()
    await load.reconnect()
    await answered(1)
  }
  await load.mark()
  await pause(systemClock, settleMs)
  await answered(answersEach)
  await load.mark()
  const undo = await faults[fault]?.happen({ network, targets, balancer })
  await pause(systemClock, settleMs)
  await answered(answersEach)
  const { waitsMs, failedConnects, brokenConnections } = await load.result()
  await load.stop()
  load.child.kill('SIGKILL')
  await undo?.()
  await balancer.stop()
  const sorted = waitsMs.toSorted((a, b) => a - b)
  const [p50 = 0, p99 = 0, max = 0] = [50, 99, 100].map(percent => percentile(sorted, percent))
  return { p50, p99, max, failedConnects, broken: brokenConnections }
}

/** The median of the rounds' 99th percentiles. */
function tell(fault: string, name: string, events: readonly Event[]): number {
  const sorted = (of: (event: Event) => number): number[] => events.map(of).toSorted((a, b) => a - b)
  const median = (of: (event: Event) => number): number => percentile(sorted(of), 50)
  const sum = (of: (event: Event) => number): number => events.reduce((total, event) => total + of(event), 0)
  const p99s = sorted(event => event.p99)
  const p99 = percentile(p99s, 50)
  const failed = sum(event => event.failedConnects)
  rows.push([
    fault,
    name,
    median(event => event.p50).toFixed(0),
    p99.toFixed(0),
    p99s.map(ms => ms.toFixed(0)).join(' '),
    median(event => event.max).toFixed(0),
    percentile(
      sorted(event => event.max),
      100,
    ).toFixed(0),
    failed,
    sum(event => event.broken),
  ])
  const figure = `failover_${fault.replace(' ', '_')}_${name}`
  figures.push([`${figure}_p99`, p99, 'ms'])
  figures.push([`${figure}_failed_connects`, failed, ''])
  return p99
}
