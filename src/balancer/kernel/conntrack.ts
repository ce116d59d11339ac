import type { Endpoint } from '../../base/network.ts'
import type { Family } from './family.ts'
import type { Transport } from './names.ts'

/** A flow as the kernel tracks it: what the client sent, and what the target's answers look like before they are translated back. */
export interface TrackedFlow {
  readonly transport: Transport
  /** Of TCP, the kernel's name: ESTABLISHED, TIME_WAIT … */
  readonly state: string
  readonly client: Endpoint
  readonly listener: Endpoint
  readonly target: Endpoint
  /** Whom the target takes for the client: itself, or an address of ours. */
  readonly source: Endpoint
}

/** Arguments of `conntrack` for the flows of one listener address and, if given, one target. */
export function flowFilter(
  family: Family,
  address: string,
  transport: Transport | undefined,
  target?: Endpoint,
): string[] {
  return [
    '-f',
    family.name === 'ip' ? 'ipv4' : 'ipv6',
    '--orig-dst',
    address,
    ...(transport === undefined ? [] : ['-p', transport]),
    ...(target === undefined ? [] : ['--reply-src', target.address, '--reply-port-src', String(target.port)]),
  ]
}

/**
 * What `conntrack -L` or `-D` prints, one flow a line; other lines are left out:
 * `tcp 6 431999 ESTABLISHED src=C dst=L sport=c dport=l src=T dst=S sport=t dport=s [ASSURED] mark=0 use=1`
 */
export function readFlows(text: string): TrackedFlow[] {
  return text.split('\n').flatMap(line => readFlow(line) ?? [])
}

/** The same, only of flows that `isLive`: of many short connections nearly all are over, and looked at no further. */
export function readLiveFlows(text: string): TrackedFlow[] {
  return text.split('\n').flatMap(line => (beginsLive.test(line) ? (readFlow(line) ?? []) : []))
}

/** One expression for all: this is read of tens of thousands at a time. */
const flowLine =
  /^(tcp|udp)\s+\d+\s+\d+\s+(?:([A-Z_0-9]+)\s+)?src=(\S+) dst=(\S+) sport=(\d{1,5}) dport=(\d{1,5})\s.*?\bsrc=(\S+) dst=(\S+) sport=(\d{1,5}) dport=(\d{1,5})(?!\S)/

export function readFlow(line: string): TrackedFlow | undefined {
  const found = flowLine.exec(line)
  if (found === null) return undefined
  const [, transport, state = ''] = found
  const end = (address: number, port: number): Endpoint => ({
    address: found[address] ?? '',
    port: Number(found[port]),
  })
  return {
    transport: transport === 'tcp' ? 'tcp' : 'udp',
    state,
    client: end(3, 5),
    listener: end(4, 6),
    target: end(7, 9),
    source: end(8, 10),
  }
}

/** States of TCP flows in which both sides may still send. */
const liveStates: ReadonlySet<string> = new Set(['ESTABLISHED', 'CLOSE_WAIT', 'FIN_WAIT', 'SYN_RECV'])
const beginsLive = new RegExp(`^(?:udp|tcp\\s+\\d+\\s+\\d+\\s+(?:${[...liveStates].join('|')}))\\s`)

export function isLive({ transport, state }: TrackedFlow): boolean {
  return transport === 'udp' || liveStates.has(state)
}
