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

export function readFlow(line: string): TrackedFlow | undefined {
  const [protocol, , , state = ''] = line.split(/\s+/, 4)
  if (protocol !== 'tcp' && protocol !== 'udp') return undefined
  const values = (name: string): string[] =>
    [...line.matchAll(new RegExp(`\\b${name}=(\\S+)`, 'g'))].map(match => match[1] ?? '')
  const [from, to, ports, toPorts] = [values('src'), values('dst'), values('sport'), values('dport')]
  const end = (addresses: string[], numbers: string[], i: number): Endpoint => ({
    address: addresses[i] ?? '',
    port: Number(numbers[i] ?? Number.NaN),
  })
  if (from.length !== 2 || to.length !== 2 || ports.length !== 2 || toPorts.length !== 2) return undefined
  if (![...ports, ...toPorts].every(port => /^\d{1,5}$/.test(port))) return undefined
  return {
    transport: protocol,
    state: protocol === 'tcp' ? state : '',
    client: end(from, ports, 0),
    listener: end(to, toPorts, 0),
    target: end(from, ports, 1),
    source: end(to, toPorts, 1),
  }
}

/** States of TCP flows in which both sides may still send. */
const liveStates: ReadonlySet<string> = new Set(['ESTABLISHED', 'CLOSE_WAIT', 'FIN_WAIT', 'SYN_RECV'])

export function isLive({ transport, state }: TrackedFlow): boolean {
  return transport === 'udp' || liveStates.has(state)
}
