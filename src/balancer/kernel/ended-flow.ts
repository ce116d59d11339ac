import type { FlowEnd } from '../engine.ts'
import { readFlow, type TrackedFlow } from './conntrack.ts'
import { overSeconds } from './listener-rules.ts'

/** What the kernel tells of a flow when it forgets it. */
export interface EndedFlow {
  /** Its state is '' where the kernel does not tell it: UDP, and Linux before 5.14. */
  readonly flow: TrackedFlow
  /** Before its time was over: by a program, or by the kernel for a reason of its own. */
  readonly isRemoved: boolean
  /** Whether the target ever sent anything. */
  readonly isAnswered: boolean
  /** With headers. Undefined without net.netfilter.nf_conntrack_acct. */
  readonly bytesFromClient: number | undefined
  readonly bytesFromTarget: number | undefined
  /** In whole seconds, from its first packet until the kernel forgot it. Undefined without net.netfilter.nf_conntrack_timestamp. */
  readonly trackedMs: number | undefined
}

/** The protocol, its number, the seconds that were left if it was removed, and the state of TCP. */
const beginning = /\[DESTROY\]\s+(tcp|udp)\s+\d+\s+(?:(\d+)\s+)?(?:([A-Z_0-9]+)\s+)?(?=src=)/

/**
 * A line of `conntrack -E -e DESTROY`; any other gives undefined:
 * `[1795974632.981493] [DESTROY] tcp 6 TIME_WAIT src=C dst=L sport=c dport=l packets=5 bytes=271 src=T dst=S sport=t dport=s packets=5
 * bytes=273 [ASSURED] delta-time=1 id=1793510954`, and at the end of one that a program removed `[USERSPACE] portid=…`.
 */
export function readEndedFlow(line: string): EndedFlow | undefined {
  const found = beginning.exec(line)
  if (found === null) return undefined
  const [all, protocol = '', left, state = ''] = found
  const rest = line.slice(found.index + all.length)
  const flow = readFlow(`${protocol} 0 0 ${state} ${rest}`)
  if (flow === undefined) return undefined
  const numbers = (name: string): number[] =>
    [...rest.matchAll(new RegExp(`\\b${name}=(\\d{1,15})(?!\\d)`, 'g'))].map(match => Number(match[1]))
  const bytes = numbers('bytes')
  const [seconds] = numbers('delta-time')
  return {
    flow: { ...flow, state: protocol === 'tcp' ? state : '' },
    isRemoved: left !== undefined || rest.includes('[USERSPACE]'),
    isAnswered: !rest.includes('[UNREPLIED]'),
    bytesFromClient: bytes.length === 2 ? bytes[0] : undefined,
    bytesFromTarget: bytes.length === 2 ? bytes[1] : undefined,
    trackedMs: seconds === undefined ? undefined : seconds * 1_000,
  }
}

/**
 * | the last that was seen       | its time was over | removed                                   |
 * |------------------------------|-------------------|-------------------------------------------|
 * | TIME_WAIT, LAST_ACK          | finished          | finished                                  |
 * | CLOSE, target answered       | finished          | finished                                  |
 * | CLOSE, it never did          | refused           | refused                                   |
 * | FIN_WAIT, CLOSE_WAIT         | finished          | why we removed it; removed                |
 * | SYN_SENT, SYN_SENT2          | no answer         | closed; else nothing: its SYN comes again |
 * | SYN_RECV, ESTABLISHED, UDP   | idle              | why we removed it; removed                |
 * | TCP of Linux before 5.14     | unknown           | why we removed it; unknown                |
 *
 * `ours` is why this balancer ends flows of that target now, if it does. 'finished': one side ended it by FIN or RST, the kernel does not say
 * which. Undefined: this was no end.
 */
export function endOf(
  { flow, isRemoved, isAnswered }: EndedFlow,
  ours: FlowEnd | undefined,
): FlowEnd | undefined {
  const removed = isRemoved ? (ours ?? 'removed') : undefined
  if (flow.transport === 'udp') return removed ?? 'idle'
  switch (flow.state) {
    case 'TIME_WAIT':
    case 'LAST_ACK':
      return 'finished'
    case 'CLOSE':
      return isAnswered ? 'finished' : 'refused'
    case 'FIN_WAIT':
    case 'CLOSE_WAIT':
      return removed ?? 'finished'
    case 'SYN_SENT':
    case 'SYN_SENT2':
      if (!isRemoved) return 'no answer'
      return ours === 'closed' ? ours : undefined
    case 'SYN_RECV':
    case 'ESTABLISHED':
      return removed ?? 'idle'
    default:
      return ours !== undefined && isRemoved ? ours : 'unknown'
  }
}

/** How long it lived, without the time that the kernel kept it after its end. */
export function durationOf({ flow, isRemoved, trackedMs }: EndedFlow): number | undefined {
  const isKept = !isRemoved && (flow.state === 'TIME_WAIT' || flow.state === 'CLOSE')
  return trackedMs === undefined ? undefined : Math.max(0, trackedMs - (isKept ? overSeconds * 1_000 : 0))
}
