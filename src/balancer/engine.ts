import type { Endpoint } from '../base/network.ts'
import type { BalancerSnapshot } from './selection/balancer-snapshot.ts'
import type { TargetStates } from './selection/target-state.ts'

/** What moves the packets of one balancer. */
export interface Engine {
  readonly name: string
  /**
   * Works by this from now on. Selection has changed when the promise resolves, with sockets already when the call returns: no new
   * connection goes to a target that is draining or unused in `states`. Resolves when the listeners are as the snapshot says; rejects with EverportError when one cannot be
   * opened, with all others open. Calling it again tries again. Established flows stay with their target for life, unless it
   * turned unhealthy, or their listener is gone and the engine says otherwise.
   */
  apply(snapshot: BalancerSnapshot, states: TargetStates): Promise<void>
  counters(): EngineCounters
  /** Accepts no more, lets flows finish until the deadline, then resets what is left. */
  close(deadlineMs: number): Promise<void>
}

/** What an engine learns of targets by using them. */
export interface EngineEvents {
  connectFailed(targetKey: string, reason: 'refused' | 'reset' | 'timeout'): void
  /** Once for each flow that has been accepted. */
  flowEnded?(flow: FlowRecord): void
  /** So many more have ended, or begun, that are not told one by one: in a moment of so many only their number is known, and perhaps why they ended. */
  flowsUntold?(count: number, end?: FlowEnd): void
}

/**
 * Why a flow ended: the client or the target ended or reset it; it stood idle; its target drained (deregistered, or its group lost its
 * weight) and the time for that is over; its target turned unhealthy; nobody took it; the balancer was closed. The kernel tells less and
 * more: client or target, it does not say which ('finished'); the target of its choice refused it, or gave no answer to its first packet;
 * somebody else removed it from the kernel's table; it does not say why ('unknown').
 */
export type FlowEnd =
  | 'client'
  | 'target'
  | 'idle'
  | 'drained'
  | 'target failed'
  | 'no target'
  | 'closed'
  | 'finished'
  | 'refused'
  | 'no answer'
  | 'removed'
  | 'unknown'

/** What is told of a flow when it is over. Where the kernel moved it, undefined is what it was not asked to keep. */
export interface FlowRecord {
  readonly protocol: 'tcp' | 'tls' | 'udp'
  readonly client: Endpoint
  readonly port: number
  /** Undefined when nobody took it. */
  readonly target: { readonly key: string; readonly address: string; readonly port: number } | undefined
  /** The target was not known to be healthy when it was chosen. */
  readonly failOpen: boolean | undefined
  /** With sockets, of what they carried; in the kernel, of whole packets with their headers. */
  readonly bytesFromClient: number | undefined
  readonly bytesFromTarget: number | undefined
  readonly durationMs: number | undefined
  readonly end: FlowEnd
  /** By RST rather than FIN. */
  readonly wasReset: boolean
}

export interface EngineCounters {
  /** By port; ports once open stay. */
  readonly listeners: ReadonlyMap<number, ListenerCounters>
  /** By target key; those neither registered nor in use are forgotten. */
  readonly targets: ReadonlyMap<string, TargetCounters>
  /** Sums of those that were forgotten, by `<target group>/`: what was counted once stays counted. */
  readonly forgotten?: ReadonlyMap<string, TargetCounters>
}

/** Everything but `active` only grows. */
export interface ListenerCounters {
  active: number
  accepted: number
  /** Reset at once: too many connections. */
  rejected: number
  /** Reset because no target took them. */
  failed: number
  /** From an address that no security group allows. */
  blocked: number
  /** TLS sessions with clients that did not come about. */
  tlsFailed: number
  /** Of `active`, `accepted` and `blocked`, those that are UDP. */
  udpActive: number
  udpAccepted: number
  udpBlocked: number
}

export interface TargetCounters {
  active: number
  opened: number
  /** Sent there though it was not known to be healthy. */
  failOpen: number
  /** Connects it did not take; the connection was then tried elsewhere, where there was an elsewhere. */
  connectFailures: number
  /** Flows that we ended: the target turned unhealthy, stood idle, or the balancer closed. */
  balancerResets: number
  /** TLS sessions with the target that did not come about. */
  tlsFailed: number
  clientResets: number
  targetResets: number
  bytesFromClients: number
  bytesFromTarget: number
}
