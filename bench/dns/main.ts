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
const rounds = Number(process.argv[2] ?? 5)
const seconds = Number(process.argv[3] ?? 3)
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

function tell(names: readonly string[], of: (workload: string, name: string) => readonly Measured[]): void {
  const rate = (workload: string, name: string): number =>
    median(of(workload, name).map(one => one.perSecond))
  const cpu = (workload: string, name: string): number =>
    median(of(workload, name).map(one => one.cpuMicroseconds))
  const ratio = (name: string, above: number, below: number): [string, number][] =>
    below > 0 ? [[name, above / below]] : []
  report(
    `answers a second over UDP, median of ${rounds} rounds of ${seconds} s, dnsperf on the same machine; in brackets µs of processor an answer`,
    ['', ...names],
    workloads.map(({ key, title }) => [
      title,
      ...names.map(name => `${rate(key, name).toFixed(0)} (${cpu(key, name).toFixed(1)})`),
    ]),
    workloads.flatMap(({ key }) => [
      [`dns_${key}`, rate(key, 'everport'), 'answers/s'] as const,
      [`dns_${key}_cpu`, cpu(key, 'everport'), 'µs'] as const,
    ]),
    [
      ...workloads.flatMap(({ key }) =>
        names
          .filter(name => name !== 'everport')
          .flatMap(name =>
            ratio(`dns_${key}_to_${name.toLowerCase()}`, rate(key, 'everport'), rate(key, name)),
          ),
      ),
      ...names
        .filter(name => name !== 'everport')
        .flatMap(name =>
          ratio(
            `dns_plain_cpu_of_${name.toLowerCase()}_to_ours`,
            cpu('plain', name),
            cpu('plain', 'everport'),
          ),
        ),
      ...ratio('dns_failover_to_plain', rate('failover', 'everport'), rate('plain', 'everport')),
      ...ratio('dns_cookie_to_plain', rate('cookie', 'everport'), rate('plain', 'everport')),
    ],
  )
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}
