import { type Clock, pause } from '../base/clock.ts'
import { storedVerdicts } from '../dns/health-checks/stored-verdicts.ts'
import { balancerObserver } from '../dns/routing/balancer-observer.ts'
import type { ObservedHealth } from '../dns/routing/verdict.ts'
import { settleMs } from '../dns/switching/next-switch.ts'
import { switchboard } from '../dns/switching/switchboard.ts'
import { type ZoneSnapshot, zoneSnapshot } from '../dns/zone/zone-snapshot.ts'
import { heartbeatTimeoutMs } from '../resources/status.ts'
import { beatingKeys, statusOwners } from '../resources/status-owners.ts'
import type { Snapshot, Store } from '../store/store.ts'
import type { Scenario } from './explain-scenario.ts'

export interface WatchedZones {
  /** As a DNS server that starts now would serve them. */
  readonly now: ZoneSnapshot
  /** As it would serve them if that happened next. */
  supposing(scenario: Scenario): ZoneSnapshot
}

const lookMs = 20

/** Decides as a DNS server does, by what it sees in the store: looks until every heartbeat was seen to move, or should have. */
export async function watchZones(store: Store, clock: Clock): Promise<WatchedZones> {
  const observer = balancerObserver({ clock, heartbeats: store.heartbeats, witnesses: beatingKeys })
  const owners = statusOwners(store, clock)
  const deadline = clock.now() + heartbeatTimeoutMs
  let snapshot = store.read()
  owners.look()
  let health = observer.observe(snapshot)
  while (!health.isKnown && clock.now() <= deadline + lookMs) {
    await pause(clock, lookMs)
    snapshot = store.read()
    owners.look()
    health = observer.observe(snapshot)
  }
  const checks = storedVerdicts(snapshot, owners.isAlive)
  let laterMs = 0
  const board = switchboard({
    now: () => ({ clockMs: clock.now() + laterMs, wallMs: Date.now() }),
    changed: () => undefined,
  })
  board.read(snapshot)
  const zonesOf = (of: Snapshot, observed: ObservedHealth): ZoneSnapshot =>
    zoneSnapshot(of, { ...observed, failover: board.decide })
  let now = zonesOf(snapshot, { ...health, healthCheck: checks })
  if ([...board.states().values()].some(({ state }) => state.isTentative)) {
    // A server that starts would wait for the primary a little. Those that answer have started long ago.
    laterMs = settleMs
    now = zonesOf(snapshot, { ...health, healthCheck: checks })
  }
  return {
    now,
    supposing(scenario) {
      const supposed = scenario.apply(snapshot)
      const healthCheck: ObservedHealth['healthCheck'] = id =>
        scenario.failedChecks.has(id) ? { healthy: false, reason: 'supposed to be down' } : checks(id)
      return zonesOf(supposed, { ...observer.observe(supposed), healthCheck })
    },
  }
}
