import type { BalancerSnapshot } from './selection/balancer-snapshot.ts'
import type { TargetStates } from './selection/target-state.ts'

/** What moves the packets of one balancer. */
export interface Engine {
  readonly name: string
  /**
   * Works by this from now on. Selection changes before the call returns: no new connection goes to a target that is draining or
   * unused in `states`. Resolves when the listeners are as the snapshot says; rejects with EverportError when one cannot be
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
}

export interface EngineCounters {
  /** By port; ports once open stay. */
  readonly listeners: ReadonlyMap<number, ListenerCounters>
  /** By target key; those neither registered nor in use are forgotten. */
  readonly targets: ReadonlyMap<string, TargetCounters>
}

/** Everything but `active` only grows. */
export interface ListenerCounters {
  active: number
  accepted: number
  /** Reset at once: too many connections. */
  rejected: number
  /** Reset because no target took them. */
  failed: number
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
  clientResets: number
  targetResets: number
  bytesFromClients: number
  bytesFromTarget: number
}
