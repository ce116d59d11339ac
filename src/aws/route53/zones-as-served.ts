import { storedVerdicts } from '../../dns/health-checks/stored-verdicts.ts'
import { observedBalancers } from '../../dns/routing/balancer-observer.ts'
import { settleMs } from '../../dns/switching/next-switch.ts'
import { switchboard } from '../../dns/switching/switchboard.ts'
import { type ZoneSnapshot, zoneSnapshot } from '../../dns/zone/zone-snapshot.ts'
import type { Snapshot } from '../../store/store.ts'

export interface Observer {
  /** Whether the owner of a status document lives. */
  readonly isAlive: (statusKey: string) => boolean
  /** Monotonic. */
  readonly clockMs: number
  /** Since 1970. */
  readonly wallMs: number
}

/** The zones as DNS servers that started long ago serve them: by the same documents and the same decisions. */
export function zonesAsServed(snapshot: Snapshot, { isAlive, clockMs, wallMs }: Observer): ZoneSnapshot {
  let laterMs = 0
  const board = switchboard({ now: () => ({ clockMs: clockMs + laterMs, wallMs }), changed: () => undefined })
  board.read(snapshot)
  const health = { ...observedBalancers(snapshot, isAlive), healthCheck: storedVerdicts(snapshot, isAlive) }
  const compile = (): ZoneSnapshot => zoneSnapshot(snapshot, { ...health, failover: board.decide })
  const zones = compile()
  if (![...board.states().values()].some(({ state }) => state.isTentative)) return zones
  // One who has just started would wait for the primary a little.
  laterMs = settleMs
  return compile()
}
