import { type Clock, every } from '../../src/base/clock.ts'
import { balancerObserver } from '../../src/dns/routing/balancer-observer.ts'
import { type ZoneSnapshot, zoneSnapshot } from '../../src/dns/zone/zone-snapshot.ts'
import { dnsRoleName } from '../../src/resources/roles.ts'
import { type DnsStatus, dnsStatusKey, heartbeatIntervalMs } from '../../src/resources/status.ts'
import type { Store } from '../../src/store/store.ts'
import { watchMs } from './balancer.ts'

export interface SimulatedDns {
  /** What is served now; undefined before every balancer was heard or given up. */
  zones(): ZoneSnapshot | undefined
}

/** A DNS server's decisions without its sockets. */
export function simulatedDns(store: Store, clock: Clock): SimulatedDns {
  const observer = balancerObserver(clock)
  let seen = -1
  let lookedAt = 0
  let decided: string | undefined
  let served: ZoneSnapshot | undefined
  const look = (): void => {
    const snapshot = store.read()
    // As the role does it: on news, and on every beat of its own.
    if (snapshot.revision === seen && clock.now() - lookedAt < heartbeatIntervalMs) return
    lookedAt = clock.now()
    const health = observer.observe(snapshot, snapshot.revision !== seen)
    seen = snapshot.revision
    const verdicts = JSON.stringify([...health.verdicts])
    if (!health.isKnown || verdicts === decided) return
    decided = verdicts
    served = zoneSnapshot(snapshot, health, served)
  }
  let heartbeat = 0
  every(clock, watchMs, look)
  // Its own word, coming back, tells it that the store brings news at all.
  every(clock, heartbeatIntervalMs, () => {
    const value: DnsStatus = { heartbeat: heartbeat++, appliedRevision: seen, at: '', failover: {} }
    void store.commit([], [{ key: dnsStatusKey(dnsRoleName(0)), value }])
  })
  return { zones: () => served }
}
