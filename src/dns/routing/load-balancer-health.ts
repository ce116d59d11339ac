import type { Verdict } from './verdict.ts'
import type { GroupTargets } from './zonal-health.ts'

/**
 * What an alias with EvaluateTargetHealth sees of a load balancer.
 *
 * | zones in DNS | target groups                                     | verdict   |
 * |--------------|---------------------------------------------------|-----------|
 * | none         | any                                               | unhealthy |
 * | one or more  | one has targets, all unhealthy in every zone      | unhealthy |
 * | one or more  | each that has targets has a healthy one           | healthy   |
 *
 * A group whose `dns_failover` minimum is off says nothing here: the one node of an auxiliary group may die without its cluster being lost.
 *
 * AWS's texts disagree about a load balancer with one healthy and one empty target group. Here an empty group is passed over: it gets no
 * traffic that could fail, and a group made ahead of its targets must not move a whole cluster's clients. When every group is
 * empty, no zone is in DNS (zonal-health.ts) and the first row holds. The load balancer's own name fails open in every
 * unhealthy case: it answers all addresses.
 */
export function loadBalancerHealth(zones: readonly Verdict[], groups: readonly GroupTargets[]): Verdict {
  const inDns = zones.filter(zone => zone.healthy)
  const reasons = zones.filter(zone => !zone.healthy).map(zone => zone.reason)
  if (inDns.length === 0)
    return {
      healthy: false,
      reason: zones.length === 0 ? 'no zone' : `no zone healthy (${reasons.join('; ')})`,
    }
  const dead = groups.find(
    ({ targets, minimum }) =>
      (minimum.count > 0 || minimum.percentage > 0) &&
      targets.length > 0 &&
      !targets.some(target => target.healthy),
  )
  if (dead !== undefined) return { healthy: false, reason: `${dead.targetGroup} has only unhealthy targets` }
  const others = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`
  return { healthy: true, reason: `${inDns.length} of ${zones.length} zones healthy${others}` }
}
