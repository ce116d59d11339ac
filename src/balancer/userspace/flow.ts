import type { FlowEnd } from '../engine.ts'
import type { ListenerSnapshot, TargetSnapshot } from '../selection/balancer-snapshot.ts'

/** One client's flow and its target, for life. */
export interface Flow {
  readonly target: TargetSnapshot
  readonly group: string
  readonly port: number
  /** When the sweep last saw a byte pass. */
  activeAt: number
  /** Brings the target's byte counters up to date; true when a byte has passed since the last call. */
  countBytes(): boolean
  /** Of a listener that may be gone: then AWS's default. */
  idleTimeoutMs(listener: ListenerSnapshot | undefined): number
  /** It stood idle for that long. */
  expire(): void
  /** Over now: RST to both sides of a connection; a UDP flow is forgotten. */
  end(why: FlowEnd): void
}
