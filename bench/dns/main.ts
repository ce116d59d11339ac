// Answers a second over UDP, beside gdnsd and PowerDNS with the same zone: npm run bench -- dns [ROUNDS] [SECONDS]
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ChildServer } from '../../test/compat/child-server.ts'
import { requireTool } from '../../test/required-tool.ts'
import { benchContext, report } from '../report.ts'
import { type Server, servers } from './servers.ts'
import { type Workload, workloads } from './zone.ts'

const run = promisify(execFile)
/** Many short ones: what else the machine does comes and goes. */
const rounds = Number(process.argv[2] ?? 15)
const seconds = Number(process.argv[3] ?? 1)
/** Of dnsperf, on the same machine: one thread, many clients, enough under way that nobody waits for it. */
const load = ['-T', '1', '-c', '20', '-q', '200', '-l', String(seconds)]

interface Measured {
  readonly perSecond: number
  readonly cpuMicroseconds: number
}

const context = benchContext()
const missing = { skip: (reason?: string) => console.log(`left out: ${reason}`) }

try {
  if (requireTool(missing, 'dnsperf')) await compare()
} finally {
  await context.end()
}

async function compare(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-bench-dns-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const { key, questions } of workloads) writeFileSync(join(folder, key), `${questions.join('\n')}\n`)
  const running: [server: Server, child: ChildServer][] = []
  for (const server of servers) {
    if (server.program !== undefined && !requireTool(missing, server.program)) continue
    running.push([server, await server.start(context)])
  }
  const found = new Map<string, Measured[]>()
  // In turn, so that what else the machine does meets all alike; the first round only warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const workload of workloads) {
      for (const [server, child] of running) {
        const measured = await measure(child, workload, join(folder, workload.key))
        const key = `${workload.key} ${server.name}`
        if (round > 0) found.set(key, [...(found.get(key) ?? []), measured])
      }
    }
  }
  const names = running.map(([{ name }]) => name)
  tell(names, (workload, name) => found.get(`${workload} ${name}`) ?? [])
}

async function measure(child: ChildServer, workload: Workload, input: string): Promise<Measured> {
  const before = cpuSeconds(child.pid)
  const { address, port } = child.at
  const { stdout } = await run('dnsperf', [
    '-s',
    address,
    '-p',
    String(port),
    '-d',
    input,
    ...load,
    ...(workload.options ?? []),
  ])
  const number = (label: string): number => Number(new RegExp(`${label}:\\s+([\\d.]+)`).exec(stdout)?.[1])
  const completed = number('Queries completed')
  if (number('Queries lost') > completed / 100) console.log(`lost more than 1 %:\n${stdout}`)
  const cpu = cpuSeconds(child.pid) - before
  return { perSecond: number('Queries per second'), cpuMicroseconds: (cpu * 1e6) / completed }
}

/** Processor seconds that a process has used. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

type Find = (workload: string, name: string) => readonly Measured[]

function tell(names: readonly string[], of: Find): void {
  const typical = (workload: string, name: string, value: keyof Measured): number =>
    median(of(workload, name).map(one => one[value]))
  const peers = names.filter(name => name !== 'everport')
  report(
    `answers a second over UDP, median of ${rounds} rounds of ${seconds} s, dnsperf on the same machine; in brackets µs of processor an answer`,
    ['', ...names],
    workloads.map(({ key, title }) => [
      title,
      ...names.map(
        name =>
          `${typical(key, name, 'perSecond').toFixed(0)} (${typical(key, name, 'cpuMicroseconds').toFixed(1)})`,
      ),
    ]),
    workloads.flatMap(({ key }) => [
      [`dns_${key}`, typical(key, 'everport', 'perSecond'), 'answers/s'] as const,
      [`dns_${key}_cpu`, typical(key, 'everport', 'cpuMicroseconds'), 'µs'] as const,
    ]),
    [
      ...workloads.flatMap(({ key }) =>
        peers.map(
          peer => [`dns_${key}_to_${peer.toLowerCase()}`, ratio(of(key, 'everport'), of(key, peer))] as const,
        ),
      ),
      ['dns_failover_to_plain', ratio(of('failover', 'everport'), of('plain', 'everport'))],
      ['dns_cookie_to_plain', ratio(of('cookie', 'everport'), of('plain', 'everport'))],
    ],
  )
}

/** Median of the rounds' own ratios: what slowed a round down slowed both. */
function ratio(above: readonly Measured[], below: readonly Measured[]): number {
  return median(above.map((one, round) => one.perSecond / (below[round]?.perSecond ?? Number.NaN)))
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}
