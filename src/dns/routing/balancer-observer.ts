import type { Clock } from '../../base/clock.ts'
import { heartbeatMonitor } from '../../resources/heartbeat-monitor.ts'
import type { LoadBalancerDocument, TargetGroupDocument } from '../../resources/load-balancing.ts'
import { balancerRoleName } from '../../resources/roles.ts'
import {
  type BalancerStatus,
  balancerStatusKey,
  deafMs,
  heartbeatTimeoutMs,
  type ProcessState,
  type ProcessStatus,
  processStatusKey,
} from '../../resources/status.ts'
import type { Heartbeat, Heartbeats } from '../../store/heartbeats.ts'
import type { Snapshot } from '../../store/store.ts'
import { loadBalancerHealth } from './load-balancer-health.ts'
import { observedGroups, type TargetGroups } from './observed-groups.ts'
import type { ObservedHealth, Verdict } from './verdict.ts'
import { isWordOfDeath, zonalHealth } from './zonal-health.ts'

/** Turns the status documents of a store, as they come, into verdicts on balancers. */
export interface BalancerObserver {
  /** Looks at the beats. With neither news nor a change of who lives, what is given back is the same object. */
  observe(snapshot: Snapshot): ObservedBalancers
}

export interface BalancerObserverPorts {
  readonly clock: Clock
  readonly heartbeats: Pick<Heartbeats, 'last'>
  /** Whose beats, beside the balancers', tell that there is news at all: our own, which come back to us. */
  readonly witnesses: (snapshot: Snapshot) => readonly string[]
}

export interface ObservedBalancers extends ObservedHealth {
  /** Every balancer was heard or given up; until then nothing may be served. */
  readonly isKnown: boolean
  /** By load balancer (`active`) and zone (`active/a`). */
  readonly verdicts: ReadonlyMap<string, Verdict>
}

export function balancerObserver({ clock, heartbeats, witnesses }: BalancerObserverPorts): BalancerObserver {
  const monitor = heartbeatMonitor(clock)
  const startedAt = clock.now()
  const firstHeartbeats = new Map<string, number>()
  const heard = new Set<string>()
  let observedAt = startedAt
  let newsAt = startedAt
  let aliveBefore: ReadonlySet<string> = new Set()
  let seen: Snapshot | undefined
  let zones: readonly ObservedZone[] = []
  const beatsSeen = new Map<string, number>()
  let known: ObservedBalancers | undefined

  /**
   * Silence says something about its owner only while we listen ourselves and beats come through at all: our own is another one every
   * `heartbeatIntervalMs`.
   */
  const listen = (isNews: boolean): void => {
    const now = clock.now()
    if (now - observedAt > deafMs || now - newsAt > deafMs) monitor.wasDeafSince(observedAt)
    observedAt = now
    if (isNews) newsAt = now
  }
  /** The beat under a key, and whether it is another one than at the last look. */
  const lookAt = (key: string): { readonly beat: Heartbeat | undefined; readonly isNew: boolean } => {
    const beat = heartbeats.last(key)
    const isNew = beat !== undefined && beatsSeen.get(key) !== beat.heartbeat
    if (isNew) beatsSeen.set(key, beat.heartbeat)
    return { beat, isNew }
  }
  const hear = (key: string, status: BalancerStatus | undefined, beat: Heartbeat | undefined): void => {
    if (status === undefined) monitor.observe(key, undefined)
    if (status === undefined || beat === undefined) return
    monitor.observe(key, beat)
    const first = firstHeartbeats.get(key)
    if (first === undefined) firstHeartbeats.set(key, beat.heartbeat)
    else if (first !== beat.heartbeat) heard.add(key)
  }
  const isKnownNow = (): boolean =>
    clock.now() - startedAt >= heartbeatTimeoutMs ||
    zones.every(zone => heard.has(zone.key) || isWordOfDeath(zone.process))

  return {
    observe(snapshot) {
      const isChanged = snapshot !== seen
      if (isChanged) zones = observedZones(snapshot)
      seen = snapshot
      const beats = zones.map(({ key }) => lookAt(key))
      const isBeaten = witnesses(snapshot).map(key => lookAt(key).isNew)
      listen(isChanged || isBeaten.includes(true) || beats.some(({ isNew }) => isNew))
      zones.forEach(({ key, status }, i) => hear(key, status, beats[i]?.beat))
      const alive = new Set(zones.map(zone => zone.key).filter(key => monitor.isAlive(key)))
      const isSame = !isChanged && isSameSet(alive, aliveBefore)
      aliveBefore = alive
      const isKnown = isKnownNow()
      if (!isSame || known?.isKnown !== isKnown)
        known = { isKnown, ...healthOf(verdictsOf(snapshot, zones, alive)) }
      return known
    },
  }
}

function isSameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size !== b.size) return false
  for (const key of a) if (!b.has(key)) return false
  return true
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
