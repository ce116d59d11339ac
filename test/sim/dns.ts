import type { Clock } from '../../src/base/clock.ts'
import { every } from '../../src/base/clock.ts'
import { loadBalancerHealth } from '../../src/dns/routing/load-balancer-health.ts'
import type { ObservedHealth } from '../../src/dns/routing/verdict.ts'
import { type GroupTargets, type ObservedZone, zonalHealth } from '../../src/dns/routing/zonal-health.ts'
import { type ZoneSnapshot, zoneSnapshot } from '../../src/dns/zone/zone-snapshot.ts'
import { heartbeatMonitor } from '../../src/resources/heartbeat-monitor.ts'
import { type LoadBalancerDocument, loadBalancerKey } from '../../src/resources/load-balancing.ts'
import { balancerRoleName } from '../../src/resources/roles.ts'
import {
  type BalancerStatus,
  balancerStatusKey,
  type ProcessStatus,
  processStatusKey,
} from '../../src/resources/status.ts'
import type { Store } from '../../src/store/store.ts'
import { watchMs } from './balancer.ts'

export interface SimulatedDns {
  /** What is served now. */
  zones(): ZoneSnapshot
}

/** A DNS server's decisions without its sockets. */
export function simulatedDns(store: Store, clock: Clock, loadBalancers: readonly string[]): SimulatedDns {
  const monitor = heartbeatMonitor(clock)
  const zones = new Map(
    loadBalancers.map(name => {
      const document = store.read().get<LoadBalancerDocument>(loadBalancerKey(name))?.value
      return [name, (document?.LoadBalancer.AvailabilityZones ?? []).map(zone => zone.ZoneName ?? '')]
    }),
  )
  const zonesOf = (loadBalancer: string): readonly string[] => zones.get(loadBalancer) ?? []
  const statusOf = (loadBalancer: string, zone: string): BalancerStatus | undefined =>
    store.read().get<BalancerStatus>(balancerStatusKey(loadBalancer, zone))?.value
  const known = new WeakMap<BalancerStatus, GroupTargets[]>()
  const groupsOnce = (status: BalancerStatus | undefined): GroupTargets[] => {
    const groups = (status === undefined ? undefined : known.get(status)) ?? groupsOf(status)
    if (status !== undefined) known.set(status, groups)
    return groups
  }
  const observed = (loadBalancer: string, zone: string): ObservedZone => {
    const role = balancerRoleName(loadBalancer, zone)
    return {
      isAlive: monitor.isAlive(balancerStatusKey(loadBalancer, zone)),
      process: store.read().get<ProcessStatus>(processStatusKey(role))?.value.state,
      groups: groupsOnce(statusOf(loadBalancer, zone)),
    }
  }
  const health: ObservedHealth = {
    zone: (loadBalancer, zone) => zonalHealth(zone, observed(loadBalancer, zone)),
    loadBalancer: name => {
      const seen = zonesOf(name).map(zone => ({
        verdict: health.zone(name, zone),
        now: observed(name, zone),
      }))
      // Every balancer probes every target; one that has just woken knows less than the others.
      const said = seen.filter(({ now }) => now.isAlive).flatMap(({ now }) => now.groups)
      return loadBalancerHealth(
        seen.map(({ verdict }) => verdict),
        [...new Set(said.map(group => group.targetGroup))].map(targetGroup => {
          const same = said.filter(group => group.targetGroup === targetGroup)
          return { ...(same[0] as GroupTargets), targets: same.flatMap(group => group.targets) }
        }),
      )
    },
    healthCheck: () => ({ healthy: true, reason: '' }),
  }
  const look = (): void => {
    for (const name of loadBalancers)
      for (const zone of zonesOf(name)) monitor.observe(balancerStatusKey(name, zone), statusOf(name, zone))
    const decided = JSON.stringify(
      loadBalancers.map(name => [
        health.loadBalancer(name),
        zonesOf(name).map(zone => health.zone(name, zone)),
      ]),
    )
    if (decided === servedBy) return
    servedBy = decided
    served = zoneSnapshot(store.read(), health, served)
  }
  let servedBy: string | undefined
  let served: ZoneSnapshot | undefined
  look()
  every(clock, watchMs, look)
  return {
    zones: () => served as ZoneSnapshot,
  }
}

function groupsOf(status: BalancerStatus | undefined): GroupTargets[] {
  const groups = new Map<string, { zone: string; healthy: boolean }[]>()
  for (const { TargetGroupArn, Target, TargetHealth } of status?.targets ?? []) {
    const targets = groups.get(TargetGroupArn) ?? []
    groups.set(TargetGroupArn, targets)
    if (TargetHealth.State === 'unused' || TargetHealth.State === 'draining') continue
    targets.push({ zone: Target.AvailabilityZone, healthy: TargetHealth.State === 'healthy' })
  }
  return [...groups].map(([targetGroup, targets]) => ({
    targetGroup,
    targets,
    minimum: { count: 1, percentage: 0 },
    crossZone: false,
  }))
}
