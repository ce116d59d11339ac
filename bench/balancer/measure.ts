import { readFileSync } from 'node:fs'
import type { ClientFunctions } from '../../test/compat/client-child.ts'
import type { Remote } from '../../test/compat/remote-calls.ts'
import type { Lane } from './lanes.ts'
import { ports } from './settings.ts'
import type { RunningWay } from './ways.ts'

/** Bits a second from client to target, or with `isReverse` back. */
export async function throughput(
  { client }: Lane,
  { address }: RunningWay,
  streams: number,
  isReverse: boolean,
  seconds: number,
): Promise<number> {
  const said = await client.run(
    'iperf3',
    ...words(`-c ${address} -p ${ports.bulk} -P ${streams} -t ${seconds} -J${isReverse ? ' -R' : ''}`),
  )
  const { end } = JSON.parse(said) as { end: { sum_received: { bits_per_second: number } } }
  return end.sum_received.bits_per_second
}

/** A fifteenth of what passes directly, and half of what our sockets pass when the machine is busy. */
export const pace = { perSecond: 5_000, connections: 16, warmUpSeconds: 0.2 } as const

const words = (text: string): string[] => text.split(' ')

export interface WebResult {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** How small requests come: each on a connection of its own, as many as pass on connections that are kept, or one after the other on one. */
const loads = { new: '-t 2 -c 64', kept: '-t 2 -c 16', alone: '-t 1 -c 1' } as const

/** Asks a target's web server for a second or more. Throws when more than one request in a hundred fails. */
export async function web(
  { client }: Lane,
  { address }: RunningWay,
  load: keyof typeof loads,
  seconds: number,
): Promise<WebResult> {
  const said = await client.run(
    'wrk',
    ...words(`${loads[load]} -d ${seconds}s --latency --timeout 2s`),
    ...(load === 'new' ? ['-H', 'Connection: close'] : []),
    `http://${address}:${ports.web}/`,
  )
  const requestsPerSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(said)?.[1])
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(said)
  const failed = (errors ?? []).slice(1).reduce((sum, text) => sum + Number(text), 0)
  if (failed > (requestsPerSecond * seconds) / 100) throw new Error(`too many failures:\n${said}`)
  return { requestsPerSecond, p50Ms: latency(said, '50'), p99Ms: latency(said, '99') }
}

function latency(said: string, percent: string): number {
  const [, number, unit = ''] = new RegExp(`^\\s+${percent}%\\s+([\\d.]+)(us|ms|s)$`, 'm').exec(said) ?? []
  return Number(number) * ({ us: 0.001, ms: 1, s: 1_000 }[unit] ?? Number.NaN)
}

/** Memory that so many idle connections take, of processes and of the kernel's table of flows. */
export async function idleMemory(
  client: Remote<ClientFunctions>,
  { balancer }: Lane,
  { address, pids }: RunningWay,
  count: number,
): Promise<number> {
  const now = await pids()
  const used = async (): Promise<number> =>
    now.reduce((sum, pid) => sum + residentBytes(pid), 0) +
    Number(await balancer.run('cat', '/proc/sys/net/netfilter/nf_conntrack_count')) * conntrackBytes()
  const before = await used()
  const opened = await client.openMany(address, ports.idle, count)
  if (opened < count) throw new Error(`only ${opened} of ${count} connections through ${address} were opened`)
  const after = await used()
  await client.shutMany()
  return after - before
}

/** None of a process that has ended meanwhile, as programs do that ours runs for a moment. */
function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

/** Of one flow that the kernel keeps. */
function conntrackBytes(): number {
  return Number(/^nf_conntrack\s+\d+\s+\d+\s+(\d+)/m.exec(readFileSync('/proc/slabinfo', 'utf8'))?.[1] ?? 0)
}
