import type {
  Attributes,
  LoadBalancerDocument,
  ObservedTarget,
  TargetGroupDocument,
} from '../../resources/load-balancing.ts'
import type { GroupTargets, HealthyMinimum } from './zonal-health.ts'

/** Documents of every target group, by ARN. */
export type TargetGroups = ReadonlyMap<string, TargetGroupDocument>

const minimumCount = 'target_group_health.dns_failover.minimum_healthy_targets.count'
const minimumPercentage = 'target_group_health.dns_failover.minimum_healthy_targets.percentage'
const crossZone = 'load_balancing.cross_zone.enabled'

/**
 * Targets as balancers of one load balancer report them, by group. Reports of several zones are one view: a target is healthy
 * when one of them reaches it. Draining and unused targets are no targets any more, 'initial' ones are not healthy yet.
 */
export function observedGroups(
  reports: readonly (readonly ObservedTarget[])[],
  loadBalancer: LoadBalancerDocument,
  targetGroups: TargetGroups,
): GroupTargets[] {
  const groups = new Map<string, Map<string, { zone: string; healthy: boolean }>>()
  for (const { TargetGroupArn, Target, TargetHealth } of reports.flat()) {
    const targets = groups.get(TargetGroupArn) ?? new Map<string, { zone: string; healthy: boolean }>()
    groups.set(TargetGroupArn, targets)
    if (gone.has(TargetHealth.State)) continue
    const id = `${Target.Id}:${Target.Port}`
    const healthy = TargetHealth.State === 'healthy' || targets.get(id)?.healthy === true
    targets.set(id, { zone: Target.AvailabilityZone, healthy })
  }
  return [...groups].map(([arn, targets]) => {
    const document = targetGroups.get(arn)
    const attributes = document?.Attributes ?? {}
    return {
      targetGroup: document?.TargetGroup.TargetGroupName ?? arn,
      targets: [...targets.values()],
      minimum: minimumOf(attributes),
      crossZone: isCrossZone(attributes, loadBalancer.Attributes),
    }
  })
}

const gone: ReadonlySet<string> = new Set(['draining', 'unhealthy.draining', 'unused'])

/** AWS: a count of 1, no percentage. */
function minimumOf(attributes: Attributes): HealthyMinimum {
  return {
    count: numberOf(attributes[minimumCount], 1),
    percentage: numberOf(attributes[minimumPercentage], 0),
  }
}

function numberOf(value: string | undefined, absent: number): number {
  if (value === undefined) return absent
  return value === 'off' || !/^\d+$/.test(value) ? 0 : Number(value)
}

/** The target group's word goes first; by default it is `use_load_balancer_configuration`. */
function isCrossZone(targetGroup: Attributes, loadBalancer: Attributes): boolean {
  const own = targetGroup[crossZone]
  return (own === 'true' || own === 'false' ? own : loadBalancer[crossZone]) === 'true'
}
