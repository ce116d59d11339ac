import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { ListenerDocument, TargetGroupDocument } from '../../resources/load-balancing.ts'
import type { Change, Snapshot } from '../../store/store.ts'
import { refuse } from './refusal.ts'
import { targetGroupPrefix } from './resources.ts'

/** ARNs of the target groups that actions forward to. */
export function groupsOfActions(actions: readonly Action[]): string[] {
  return actions.flatMap(({ TargetGroupArn, ForwardConfig }) => [
    ...(TargetGroupArn === undefined ? [] : [TargetGroupArn]),
    ...(ForwardConfig?.TargetGroups ?? []).flatMap(({ TargetGroupArn: arn }) => arn ?? []),
  ])
}

/**
 * What target groups say of a load balancer, brought to its listeners as they will be. AWS lets a group serve one load balancer only.
 */
export function groupsAfter(
  snapshot: Snapshot,
  loadBalancerArn: string,
  listeners: readonly ListenerDocument['Listener'][],
): Change[] {
  const used = new Set(listeners.flatMap(({ DefaultActions }) => groupsOfActions(DefaultActions)))
  const changes: Change[] = []
  for (const { key, value } of snapshot.list<TargetGroupDocument>(targetGroupPrefix)) {
    const { TargetGroupArn, LoadBalancerArns } = value.TargetGroup
    const isUsed = used.has(TargetGroupArn)
    if (isUsed === LoadBalancerArns.includes(loadBalancerArn)) continue
    if (isUsed && LoadBalancerArns.length > 0)
      throw refuse(
        'TargetGroupAssociationLimit',
        `The following target groups cannot be associated with more than one load balancer: ${TargetGroupArn}`,
      )
    const arns = isUsed ? [loadBalancerArn] : LoadBalancerArns.filter(arn => arn !== loadBalancerArn)
    changes.push({ key, value: { ...value, TargetGroup: { ...value.TargetGroup, LoadBalancerArns: arns } } })
  }
  return changes
}
