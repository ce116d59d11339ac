// What passes through a balancer: bulk bytes, new connections, small requests, as many as pass and at one pace for all, and idle connections;
// directly, through both of our engines, and through HAProxy and nginx. Client, balancer and two targets are network namespaces of this machine, so all of them share its processors.
// Arguments: rounds, seconds of each measurement, and a file for a plot.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limitsFor } from '../../src/balancer/userspace/limits.ts'
import { openFilesMax } from '../../src/io/open-files-max.ts'
import { makeBalancerNetwork } from '../../test/compat/balancer-network.ts'
import type { ClientFunctions } from '../../test/compat/client-child.ts'
import type { NetworkNamespace } from '../../test/compat/network-namespace.ts'
import { startRemote } from '../../test/compat/remote-calls.ts'
import type { TargetFunctions } from '../../test/compat/target-child.ts'
import { requireTool } from '../../test/required-tool.ts'
import { eventually } from '../../test/system/everport.ts'
import { bundled } from '../bundled.ts'
import { barPlot } from '../plot.ts'
import { benchContext, report } from '../report.ts'
import { idleMemory, pace, throughput, web } from './measure.ts'
import type { PacedClientFunctions } from './paced-client.ts'
import { clientPorts, ports, secondAddress } from './settings.ts'
import { waysWith } from './ways.ts'

const rounds = Number(process.argv[2] ?? 3)
const seconds = Number(process.argv[3] ?? 2)
const plotFile = process.argv[4]
/** Or as many as one process may hold here: two descriptors each. */
const idleConnections = Math.min(10_000, limitsFor(openFilesMax()).connectionsPerListenerMax)

/**
 * Higher is better, but for latencies and memory. Latencies at as many requests as pass are those of whoever is slowest, client or server, and the
 * more pass the longer their queues: ways are compared by those at one pace.
 */
const measures = [
  'Gbit/s, 1 stream',
  'Gbit/s, 1 back',
  'Gbit/s, 8 streams',
  'Gbit/s, 8 back',
  'new connections/s',
  'requests/s',
  'p50 ms',
  'p99 ms',
  'p50 ms, paced',
  'p99 ms, paced',
  'MB for idle',
] as const
type Measure = (typeof measures)[number]

const context = benchContext()
const t = { after: context.after, skip: (reason?: string) => console.log(reason ?? '') }
try {
  for (const program of ['nft', 'conntrack', 'haproxy', 'nginx', 'iperf3', 'wrk'])
    if (!requireTool(t, program)) throw new Error(`this benchmark needs ${program}`)
  const network = await makeBalancerNetwork(t)
  if (network === undefined) throw new Error('this benchmark needs network namespaces')
  for (const target of network.targets) await startServers(target)
  await network.targets[0]?.run('ip', 'address', 'add', `${secondAddress}/24`, 'dev', 'uplink')
  const client = await startRemote<ClientFunctions>(t, network.client, './client-child.ts')
  const pacedFile = '../../bench/balancer/paced-client.ts'
  const pacedClient = await startRemote<PacedClientFunctions>(t, network.client, pacedFile)
  const ways = waysWith(await bundled(t, '../test/compat/engine-child.ts'))
  const seen = ways.map(way => ({ way, values: new Map<Measure, number[]>() }))
  for (let round = 0; round < rounds; round++) {
    // In turns, so that what else the machine does meets all alike.
    for (const [turn, { way, values }] of seen.entries()) {
      await network.client.run('sysctl', '-qw', `net.ipv4.ip_local_port_range=${clientPorts(turn)}`)
      const running = await way.start(network)
      const note = (measure: Measure, value: number): void => {
        values.set(measure, [...(values.get(measure) ?? []), value])
      }
      note('Gbit/s, 1 stream', (await throughput(network, running, 1, false, seconds)) / 1e9)
      note('Gbit/s, 1 back', (await throughput(network, running, 1, true, seconds)) / 1e9)
      note('Gbit/s, 8 streams', (await throughput(network, running, 8, false, seconds)) / 1e9)
      note('Gbit/s, 8 back', (await throughput(network, running, 8, true, seconds)) / 1e9)
      note('new connections/s', (await web(network, running, false, seconds)).requestsPerSecond)
      const kept = await web(network, running, true, seconds)
      note('requests/s', kept.requestsPerSecond)
      note('p50 ms', kept.p50Ms)
      note('p99 ms', kept.p99Ms)
      const paced = await pacedClient.pacedWaits(running.address, ports.web, { ...pace, seconds })
      note('p50 ms, paced', paced.p50Ms)
      note('p99 ms, paced', paced.p99Ms)
      if (round === 0) note('MB for idle', (await idleMemory(client, running, idleConnections)) / 1e6)
      await running.stop()
    }
  }
  const of = (name: string, measure: Measure): number =>
    median(seen.find(({ way }) => way.name === name)?.values.get(measure) ?? [])
  const names = ways.map(way => way.name)
  const ratio = (name: string, other: string, some: readonly Measure[]): number =>
    some.reduce((product, measure) => product * (of(name, measure) / of(other, measure)), 1) **
    (1 / some.length)
  const bulk = measures.filter(measure => measure.startsWith('Gbit/s'))
  report(
    `client, balancer and two targets in network namespaces; ${rounds} rounds of ${seconds} s, medians; ${pace.perSecond} paced requests a second on ${pace.connections} connections; ${idleConnections} idle connections`,
    ['way', ...measures],
    names.map(name => [name, ...measures.map(measure => of(name, measure).toPrecision(3))]),
    names
      .slice(1, 4)
      .flatMap(name => [
        [`balancer_${name}_connections`, of(name, 'new connections/s'), '1/s'] as const,
        [`balancer_${name}_request_p99`, of(name, 'p99 ms, paced'), 'ms'] as const,
        [`balancer_${name}_saturated_p99`, of(name, 'p99 ms'), 'ms'] as const,
        [`balancer_${name}_idle_memory`, of(name, 'MB for idle'), 'MB'] as const,
      ]),
    [
      ['balancer_kernel_throughput_vs_direct', ratio('kernel', 'direct', bulk)],
      ['balancer_kernel_connections_vs_direct', ratio('kernel', 'direct', ['new connections/s'])],
      ['balancer_kernel_throughput_vs_haproxy', ratio('kernel', 'haproxy', bulk)],
      ['balancer_kernel_connections_vs_haproxy', ratio('kernel', 'haproxy', ['new connections/s'])],
      // What the kernel can reach at most: client and target cost the same on every way.
      ['balancer_direct_connections_vs_haproxy', ratio('direct', 'haproxy', ['new connections/s'])],
      ['balancer_kernel_p99_vs_haproxy', ratio('kernel', 'haproxy', ['p99 ms, paced'])],
      ['balancer_userspace_throughput_vs_haproxy', ratio('userspace', 'haproxy', bulk)],
      ['balancer_userspace_connections_vs_haproxy', ratio('userspace', 'haproxy', ['new connections/s'])],
      ['balancer_userspace_throughput_vs_nginx', ratio('userspace', 'nginx', bulk)],
    ],
  )
  if (plotFile !== undefined) {
    const shown = [...bulk, 'new connections/s', 'requests/s'] as const
    const groups = shown.map(measure => ({
      name: measure,
      values: names.map(name => of(name, measure) / of('direct', measure)),
    }))
    writeFileSync(plotFile, barPlot('As a share of a direct connection', names, groups))
  }
} finally {
  await context.end()
}
process.exit(0)

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

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
