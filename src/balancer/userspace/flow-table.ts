import type { ListenerCounters, TargetCounters } from '../engine.ts'
import type { TargetSnapshot } from '../selection/balancer-snapshot.ts'
import type { Relay } from './relay.ts'

/** One client's connection and its target, for life. */
export interface Flow {
  readonly relay: Relay
  readonly target: TargetSnapshot
  readonly port: number
  readonly listener: ListenerCounters
  readonly counters: TargetCounters
  /** What the counters hold of this flow already. */
  bytesFromClient: number
  bytesFromTarget: number
  /** When the sweep last saw a byte pass. */
  activeAt: number
}

/** Established flows, by target. */
export interface FlowTable {
  add(flow: Flow): void
  remove(flow: Flow): void
  readonly size: number
  /** RST to both sides of all flows of a target; how many there were. */
  resetTarget(key: string): number
  resetAll(): void
  /** Brings the byte counters up to date and resets what has stood still for its listener's idle timeout. */
  sweep(nowMs: number, idleTimeoutMs: (port: number) => number): void
  isInUse(key: string): boolean
}

export function flowTable(): FlowTable {
  const byTarget = new Map<string, Set<Flow>>()
  let size = 0
  const reset = (flow: Flow): void => {
    flow.counters.balancerResets++
    flow.relay.reset()
  }
  return {
    add(flow) {
      const flows = byTarget.get(flow.target.key) ?? new Set()
      byTarget.set(flow.target.key, flows.add(flow))
      size++
    },
    remove(flow) {
      const flows = byTarget.get(flow.target.key)
      if (flows?.delete(flow) !== true) return
      if (flows.size === 0) byTarget.delete(flow.target.key)
      size--
      countBytes(flow)
    },
    get size() {
      return size
    },
    resetTarget(key) {
      const flows = [...(byTarget.get(key) ?? [])]
      for (const flow of flows) reset(flow)
      return flows.length
    },
    resetAll() {
      for (const flows of byTarget.values()) for (const flow of flows) reset(flow)
    },
    sweep(nowMs, idleTimeoutMs) {
      for (const flows of byTarget.values()) {
        for (const flow of flows) {
          if (countBytes(flow)) flow.activeAt = nowMs
          // AWS forgets an idle flow and resets whoever sends next. A proxy holds both sockets: it resets both now.
          else if (nowMs - flow.activeAt >= idleTimeoutMs(flow.port)) reset(flow)
        }
      }
    },
    isInUse: key => byTarget.has(key),
  }
}

/** The sockets count; asking them now and then costs nothing for each packet. True when a byte has passed since the last call. */
function countBytes(flow: Flow): boolean {
  const fromClient = flow.relay.client.bytesRead
  const fromTarget = flow.relay.target.bytesRead
  const hasMoved = fromClient !== flow.bytesFromClient || fromTarget !== flow.bytesFromTarget
  flow.counters.bytesFromClients += fromClient - flow.bytesFromClient
  flow.counters.bytesFromTarget += fromTarget - flow.bytesFromTarget
  flow.bytesFromClient = fromClient
  flow.bytesFromTarget = fromTarget
  return hasMoved
}
