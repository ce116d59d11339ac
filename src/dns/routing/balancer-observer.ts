import type { Clock } from '../../base/clock.ts'
import { heartbeatMonitor } from '../../resources/heartbeat-monitor.ts'
import type { LoadBalancerDocument, TargetGroupDocument } from '../../resources/load-balancing.ts'
import { balancerRoleName } from '../../resources/roles.ts'
import {
  type BalancerStatus,
  balancerStatusKey,
  heartbeatIntervalMs,
  heartbeatTimeoutMs,
  type ProcessState,
  type ProcessStatus,
  processStatusKey,
} from '../../resources/status.ts'
import type { Snapshot } from '../../store/store.ts'
import { loadBalancerHealth } from './load-balancer-health.ts'
import { observedGroups, type TargetGroups } from './observed-groups.ts'
import type { ObservedHealth, Verdict } from './verdict.ts'
import { isWordOfDeath, zonalHealth } from './zonal-health.ts'

/** Turns the status documents of a store, as they come, into verdicts on balancers. */
export interface BalancerObserver {
  /** `isNews`: the store has just told of a change. Without, it is only time that has passed. */
  observe(snapshot: Snapshot, isNews: boolean): ObservedBalancers
}

export interface ObservedBalancers extends ObservedHealth {
  /** Every balancer was heard or given up; until then nothing may be served. */
  readonly isKnown: boolean
  /** By load balancer (`active`) and zone (`active/a`). */
  readonly verdicts: ReadonlyMap<string, Verdict>
}

/**
 * Silence says something about its owner only while we listen ourselves and the store brings news at all: our own heartbeat
 * comes back through it every `heartbeatIntervalMs`. Longer than this without either, and the silence is ours or the store's.
 */
const deafMs = 3 * heartbeatIntervalMs

export function balancerObserver(clock: Clock): BalancerObserver {
  const monitor = heartbeatMonitor(clock)
  const startedAt = clock.now()
  const firstHeartbeats = new Map<string, number>()
  const heard = new Set<string>()
  let observedAt = startedAt
  let newsAt = startedAt
  let graceUntil = -Infinity
  let aliveBefore: ReadonlySet<string> = new Set()

  /** After we were deaf, who was alive before has a whole timeout to be heard again; who was dead stays dead. */
  const grantGrace = (isNews: boolean): void => {
    const now = clock.now()
    if (now - observedAt > deafMs || now - newsAt > deafMs) graceUntil = now + heartbeatTimeoutMs
    observedAt = now
    if (isNews) newsAt = now
  }
  const isAlive = (key: string): boolean =>
    monitor.isAlive(key) || (clock.now() < graceUntil && aliveBefore.has(key))
  const hear = (key: string, status: BalancerStatus | undefined): void => {
    monitor.observe(key, status)
    if (status === undefined) return
    const first = firstHeartbeats.get(key)
    if (first === undefined) firstHeartbeats.set(key, status.heartbeat)
    else if (first !== status.heartbeat) heard.add(key)
  }

  return {
    observe(snapshot, isNews) {
      grantGrace(isNews)
      const zones = observedZones(snapshot)
      for (const zone of zones) hear(zone.key, zone.status)
      const alive = new Set(zones.map(zone => zone.key).filter(isAlive))
      aliveBefore = alive
      const isKnown =
        clock.now() - startedAt >= heartbeatTimeoutMs ||
        zones.every(zone => heard.has(zone.key) || isWordOfDeath(zone.process))
      return { isKnown, ...healthOf(verdictsOf(snapshot, zones, alive)) }
    },
  }
}

/** The same from one snapshot, for one who is told who lives. */
export function observedBalancers(
  snapshot: Snapshot,
  isAlive: (statusKey: string) => boolean,
): ObservedHealth {
  const zones = observedZones(snapshot)
  const alive = new Set(zones.map(zone => zone.key).filter(isAlive))
  return healthOf(verdictsOf(snapshot, zones, alive))
}

interface ObservedZone {
  readonly loadBalancer: LoadBalancerDocument
  readonly zone: string
  readonly key: string
  readonly status: BalancerStatus | undefined
  readonly process: ProcessState | undefined
}

function observedZones(snapshot: Snapshot): ObservedZone[] {
  return snapshot.list<LoadBalancerDocument>('elbv2/load-balancer/').flatMap(({ value: loadBalancer }) =>
    loadBalancer.LoadBalancer.AvailabilityZones.map(({ ZoneName: zone = '' }) => {
      const name = loadBalancer.LoadBalancer.LoadBalancerName
      const key = balancerStatusKey(name, zone)
      const process = snapshot.get<ProcessStatus>(processStatusKey(balancerRoleName(name, zone)))
      return {
        loadBalancer,
        zone,
        key,
        status: snapshot.get<BalancerStatus>(key)?.value,
        process: process?.value.state,
      }
    }),
  )
}

function verdictsOf(
  snapshot: Snapshot,
  zones: readonly ObservedZone[],
  alive: ReadonlySet<string>,
): ReadonlyMap<string, Verdict> {
  const documents = snapshot.list<TargetGroupDocument>('elbv2/target-group/')
  const targetGroups: TargetGroups = new Map(
    documents.map(({ value }) => [value.TargetGroup.TargetGroupArn, value]),
  )
  const verdicts = new Map<string, Verdict>()
  for (const loadBalancer of new Set(zones.map(zone => zone.loadBalancer))) {
    const name = loadBalancer.LoadBalancer.LoadBalancerName
    const own = zones.filter(zone => zone.loadBalancer === loadBalancer)
    const verdictsOfZones = own.map(zone => {
      const groups = observedGroups([zone.status?.targets ?? []], loadBalancer, targetGroups)
      const verdict = zonalHealth(zone.zone, { isAlive: alive.has(zone.key), process: zone.process, groups })
      verdicts.set(`${name}/${zone.zone}`, verdict)
      return verdict
    })
    const reports = own.filter(zone => alive.has(zone.key)).map(zone => zone.status?.targets ?? [])
    verdicts.set(
      name,
      loadBalancerHealth(verdictsOfZones, observedGroups(reports, loadBalancer, targetGroups)),
    )
  }
  return verdicts
}

const unknown: Verdict = { healthy: false, reason: 'unknown' }

function healthOf(verdicts: ReadonlyMap<string, Verdict>): Omit<ObservedBalancers, 'isKnown'> {
  return {
    verdicts,
    loadBalancer: name => verdicts.get(name) ?? unknown,
    zone: (loadBalancer, zone) => verdicts.get(`${loadBalancer}/${zone}`) ?? unknown,
    // Nothing checks these yet. Route 53 holds a new health check for healthy until there is enough data.
    healthCheck: () => ({ healthy: true, reason: 'health check without data yet' }),
  }
}
