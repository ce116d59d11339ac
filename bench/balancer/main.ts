// What passes through a balancer: bulk bytes, new connections, small requests, as many as pass and at one pace for all, and idle connections;
// directly, with the shortest rules of the kernel, through both of our engines, and through HAProxy and nginx. Client, balancers and two targets are
// network namespaces of this machine, so all of them share its processors.
// Arguments: rounds, and a file for a plot; --ways and --measures with words, commas between: only those whose names have one of them.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { limitsFor } from '../../src/balancer/userspace/limits.ts'
import { openFilesMax } from '../../src/io/open-files-max.ts'
import type { ClientFunctions } from '../../test/compat/client-child.ts'
import type { NetworkNamespace } from '../../test/compat/network-namespace.ts'
import { startRemote } from '../../test/compat/remote-calls.ts'
import type { TargetFunctions } from '../../test/compat/target-child.ts'
import { requireTool } from '../../test/required-tool.ts'
import { eventually } from '../../test/system/everport.ts'
import { bundled } from '../bundled.ts'
import { barPlot } from '../plot.ts'
import { benchContext, report } from '../report.ts'
import { meanOfMeasures, orderOfTurn, ratioOfTurns, type Spread, spread } from '../turns.ts'
import { addLane, type Lane, makeGround } from './lanes.ts'
import { idleMemory, pace, throughput, web } from './measure.ts'
import type { PacedClientFunctions } from './paced-client.ts'
import { ports } from './settings.ts'
import { type RunningWay, waysWith } from './ways.ts'

const { values: only, positionals } = parseArgs({
  options: { ways: { type: 'string' }, measures: { type: 'string' } },
  allowPositionals: true,
})
const rounds = Number(positionals[0] ?? 2)
const plotFile = positionals[1]
/** Of each measurement: what is compared is measured within some seconds. */
const seconds = 1
/** Every way is under load for so long before the first measurement: an engine that is busy starts its workers meanwhile. */
const warmUpSeconds = 3
/** Or as many as one process may hold here: two descriptors each. */
const idleConnections = Math.min(10_000, limitsFor(openFilesMax()).connectionsPerListenerMax)

const bulk = ['Gbit/s, 1 stream', 'Gbit/s, 1 back', 'Gbit/s, 8 streams', 'Gbit/s, 8 back'] as const
/**
 * Higher is better, but for latencies and memory. Latencies at as many requests as pass are those of whoever is slowest, client or server, and the
 * more pass the longer their queues: ways are compared by requests one after the other, which tell what the way itself takes, and by those at one
 * pace, where a stall of the machine, or of the client, counts for every request that was due meanwhile.
 */
const measures = [
  ...bulk,
  'new connections/s',
  'requests/s',
  'p50 ms',
  'p99 ms',
  'p50 ms, alone',
  'p99 ms, alone',
  'p50 ms, paced',
  'p99 ms, paced',
  'MB for idle',
] as const
type Measure = (typeof measures)[number]
type Seen = { readonly [M in Measure]?: number }

interface Standing {
  readonly name: string
  readonly lane: Lane
  readonly running: RunningWay
  readonly values: Map<Measure, number[]>
}

const context = benchContext()
const t = { after: context.after, skip: (reason?: string) => console.log(reason ?? '') }
try {
  for (const program of ['nft', 'conntrack', 'haproxy', 'nginx', 'iperf3', 'wrk'])
    if (!requireTool(t, program)) throw new Error(`this benchmark needs ${program}`)
  const ground = await makeGround(t, 2)
  if (ground === undefined) throw new Error('this benchmark needs network namespaces')
  for (const target of ground.targets) await startServers(target)
  // A way through sockets lets the client close first, who then keeps its port for a minute: more connections come than there are ports.
  await ground.client.run('sysctl', '-qw', 'net.ipv4.tcp_tw_reuse=1')
  const client = await startRemote<ClientFunctions>(t, ground.client, './client-child.ts')
  const pacedFile = '../../bench/balancer/paced-client.ts'
  const pacedClient = await startRemote<PacedClientFunctions>(t, ground.client, pacedFile)
  const ways: Standing[] = []
  const all = waysWith({
    engine: await bundled(t, '../test/compat/engine-child.ts'),
    worker: await bundled(t, '../test/compat/worker-child.ts'),
  })
  for (const { name, start } of all.filter(way => isChosen(way.name, only.ways))) {
    const lane = await addLane(t, ground, ways.length)
    const running = await start(lane)
    t.after(async () => {
      await running.resume()
      await running.stop()
    })
    running.pause()
    ways.push({ name, lane, running, values: new Map() })
  }

  const started: string[] = []
  let turns = 0
  /** Each way once. */
  const turn = async (
    names: readonly Measure[],
    measure: (way: Standing) => Promise<Seen>,
  ): Promise<void> => {
    if (!names.some(name => isChosen(name, only.measures))) return
    for (const way of orderOfTurn(ways, turns++)) {
      await way.running.resume()
      const seen = Object.entries(await measure(way)) as [Measure, number][]
      way.running.pause()
      for (const [name, value] of seen) way.values.set(name, [...(way.values.get(name) ?? []), value])
    }
  }
  const bulkBytes = (name: Measure, streams: number, isReverse: boolean) =>
    turn([name], async ({ lane, running }) => ({
      [name]: (await throughput(lane, running, streams, isReverse, seconds)) / 1e9,
    }))
  const connections = () =>
    turn(['new connections/s'], async ({ lane, running }) => ({
      'new connections/s': (await web(lane, running, 'new', seconds)).requestsPerSecond,
    }))
  const requests = () =>
    turn(['requests/s', 'p50 ms', 'p99 ms'], async ({ lane, running }) => {
      const { requestsPerSecond, p50Ms, p99Ms } = await web(lane, running, 'kept', seconds)
      return { 'requests/s': requestsPerSecond, 'p50 ms': p50Ms, 'p99 ms': p99Ms }
    })
  const requestsAlone = () =>
    turn(['p50 ms, alone', 'p99 ms, alone'], async ({ lane, running }) => {
      const { p50Ms, p99Ms } = await web(lane, running, 'alone', seconds)
      return { 'p50 ms, alone': p50Ms, 'p99 ms, alone': p99Ms }
    })
  const pacedRequests = () =>
    turn(['p50 ms, paced', 'p99 ms, paced'], async ({ running }) => {
      const { p50Ms, p99Ms } = await pacedClient.pacedWaits(running.address, ports.web, { ...pace, seconds })
      return { 'p50 ms, paced': p50Ms, 'p99 ms, paced': p99Ms }
    })
  const idle = () =>
    turn(['MB for idle'], async ({ lane, running }) => ({
      'MB for idle': (await idleMemory(client, lane, running, idleConnections)) / 1e6,
    }))

  await idle()
  await turn(measures, async ({ name, lane, running }) => {
    await web(lane, running, 'new', warmUpSeconds)
    const workers = (await running.workers?.()) ?? 0
    if (workers > 0) started.push(`${name} ${workers}`)
    return {}
  })
  for (let round = 0; round < rounds; round++) {
    await bulkBytes('Gbit/s, 1 stream', 1, false)
    await bulkBytes('Gbit/s, 1 back', 1, true)
    await bulkBytes('Gbit/s, 8 streams', 8, false)
    await bulkBytes('Gbit/s, 8 back', 8, true)
    await requests()
    // What differs least, or spreads most, needs most turns.
    for (let i = 0; i < 6; i++) {
      await connections()
      if (i === 5) break
      await pacedRequests()
      await requestsAlone()
    }
  }

  const names = ways.map(way => way.name)
  const valuesOf = (name: string, measure: Measure): readonly number[] =>
    ways.find(way => way.name === name)?.values.get(measure) ?? []
  const seenMeasures = measures.filter(measure => ways.some(({ values }) => values.has(measure)))
  const of = (name: string, measure: Measure): number => spread(valuesOf(name, measure)).median
  const ratio = (name: string, other: string, some: readonly Measure[]): Spread => {
    const meanOf = (one: string) => meanOfMeasures(some.map(measure => valuesOf(one, measure)))
    return ratioOfTurns(meanOf(name), meanOf(other))
  }
  const compared = {
    throughput: bulk,
    connections: ['new connections/s'],
    requests: ['requests/s'],
    p99: ['p99 ms, alone'],
    paced_p99: ['p99 ms, paced'],
  } satisfies Record<string, readonly Measure[]>
  const pairs = [
    ['one rule', 'direct'],
    ['kernel', 'direct'],
    ['kernel', 'one rule'],
    ['one rule', 'haproxy'],
    ['kernel', 'haproxy'],
    ['userspace', 'haproxy'],
    ['userspace', 'one process'],
    ['one process', 'haproxy'],
    ['userspace', 'nginx'],
    // The most that any way could reach: client and target cost the same on all.
    ['direct', 'haproxy'],
  ] as const
  const ratios = pairs
    .filter(pair => pair.every(name => names.includes(name)))
    .map(([name, other]) => ({
      name: `${name} of ${other}`,
      figure: `balancer_${name.replace(' ', '_')}`,
      other: other.replace(' ', '_'),
      of: Object.entries(compared)
        .filter(([, some]) => some.every(measure => seenMeasures.includes(measure)))
        .map(([what, some]) => ({ what, spread: ratio(name, other, some) })),
    }))
  report(
    `client, balancers and two targets in network namespaces; ${rounds} rounds, medians of ${seconds} s each; ${pace.perSecond} paced requests a second on ${pace.connections} connections; ${idleConnections} idle connections; workers after ${warmUpSeconds} s of warm-up: ${started.join(', ') || 'none'}`,
    ['way', ...seenMeasures],
    names.map(name => [name, ...seenMeasures.map(measure => of(name, measure).toPrecision(3))]),
    [],
  )
  report(
    'Ratios within each turn: their median, and the quarters that half of them lie between',
    ['', ...(ratios[0]?.of ?? []).map(({ what }) => what)],
    ratios.map(({ name, of: some }) => [name, ...some.map(({ spread: one }) => spreadText(one))]),
    names
      .filter(name => name === 'kernel' || name === 'userspace' || name === 'haproxy')
      .flatMap(name => [
        [`balancer_${name}_connections`, of(name, 'new connections/s'), '1/s'] as const,
        [`balancer_${name}_alone_p99`, of(name, 'p99 ms, alone'), 'ms'] as const,
        [`balancer_${name}_paced_p99`, of(name, 'p99 ms, paced'), 'ms'] as const,
        [`balancer_${name}_saturated_p99`, of(name, 'p99 ms'), 'ms'] as const,
        [`balancer_${name}_idle_memory`, of(name, 'MB for idle'), 'MB'] as const,
      ])
      .filter(([, value]) => !Number.isNaN(value)),
    ratios.flatMap(({ figure, other, of: some }) =>
      some.map(({ what, spread: { median } }) => [`${figure}_${what}_vs_${other}`, median] as const),
    ),
  )
  if (plotFile !== undefined) {
    const shown = [...bulk, 'new connections/s', 'requests/s'] as const
    const groups = shown.map(measure => ({
      name: measure,
      values: names.map(name => ratio(name, 'direct', [measure]).median),
    }))
    writeFileSync(plotFile, barPlot('As a share of a direct connection', names, groups))
  }
} finally {
  await context.end()
}
process.exit(0)

function isChosen(name: string, words: string | undefined): boolean {
  return words === undefined || words.split(',').some(word => name.includes(word))
}

function spreadText({ median, low, high }: Spread): string {
  return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
}

/** Of a target: a web server, iperf3, and one that keeps connections. */
async function startServers(target: NetworkNamespace): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-bench-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'nginx.conf')
  writeFileSync(
    file,
    [
      'user root;',
      `pid ${folder}/pid;`,
      'error_log /dev/null crit;',
      'worker_processes 1;',
      'events { worker_connections 4096; }',
      `http { access_log off; keepalive_requests 100000000; server { listen ${ports.web} backlog=4096 reuseport; location / { return 200 "everport"; } } }`,
      '',
    ].join('\n'),
  )
  const commands = [
    ['nginx', '-g', 'daemon off;', '-c', file],
    ['iperf3', '-s', '-p', String(ports.bulk)],
  ]
  for (const command of commands) {
    const [program = '', ...args] = target.inside(...command)
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
    t.after(() => void child.kill('SIGTERM'))
  }
  await startRemote<TargetFunctions>(t, target, './target-child.ts', ['t', String(ports.idle)])
  await eventually(
    'the target listens',
    5_000,
    () => target.run('ss', '-Hltn'),
    said => Object.values(ports).every(port => said.includes(`:${port} `)),
  )
}
