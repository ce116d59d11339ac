import { type Clock, every } from '../../src/base/clock.ts'
import { balancerObserver } from '../../src/dns/routing/balancer-observer.ts'
import { type ZoneSnapshot, zoneSnapshot } from '../../src/dns/zone/zone-snapshot.ts'
import { dnsRoleName } from '../../src/resources/roles.ts'
import { dnsStatusKey, heartbeatIntervalMs } from '../../src/resources/status.ts'
import type { Store } from '../../src/store/store.ts'
import { watchMs } from './balancer.ts'

export interface SimulatedDns {
  /** What is served now; undefined before every balancer was heard or given up. */
  zones(): ZoneSnapshot | undefined
}

/** A DNS server's decisions without its sockets. */
export function simulatedDns(store: Store, clock: Clock): SimulatedDns {
  const ownKey = dnsStatusKey(dnsRoleName(0))
  const observer = balancerObserver({ clock, heartbeats: store.heartbeats, witnesses: () => [ownKey] })
  let seen = -1
  let decided: string | undefined
  let served: ZoneSnapshot | undefined
  const look = (): void => {
    const snapshot = store.read()
    const health = observer.observe(snapshot)
    seen = snapshot.revision
    const verdicts = JSON.stringify([...health.verdicts])
    if (!health.isKnown || verdicts === decided) return
    decided = verdicts
    served = zoneSnapshot(snapshot, health, served)
  }
  let heartbeat = 0
  every(clock, watchMs, look)
  // Its own beat, coming back, tells it that beats come through at all.
  every(clock, heartbeatIntervalMs, () => {
    store.heartbeats.beat(ownKey, { heartbeat: heartbeat++, appliedRevision: seen })
  })
  return { zones: () => served }
}
