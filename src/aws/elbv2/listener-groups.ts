import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { ListenerDocument, RuleDocument, TargetGroupDocument } from '../../resources/load-balancing.ts'
import type { Change, Snapshot } from '../../store/store.ts'
import { elbv2Limits } from './limits.ts'
import { refuse } from './refusal.ts'
import { listenerPrefix, rulePrefix, targetGroupPrefix } from './resources.ts'

/** ARNs of the target groups that actions forward to. */
function groupsOfActions(actions: readonly Action[]): string[] {
  return actions.flatMap(({ TargetGroupArn, ForwardConfig }) => [
    ...(TargetGroupArn === undefined ? [] : [TargetGroupArn]),
    ...(ForwardConfig?.TargetGroups ?? []).flatMap(({ TargetGroupArn: arn }) => arn ?? []),
  ])
}

/** Actions of a load balancer's listeners and rules, but for those of the documents that an operation replaces or removes. */
export function actionsBeside(
  snapshot: Snapshot,
  loadBalancer: string,
  replaced: readonly string[],
): Action[] {
  const kept = <T>(prefix: string): T[] =>
    snapshot
      .list<T>(prefix)
      .filter(({ key }) => !replaced.includes(key))
      .map(({ value }) => value)
  return [
    ...kept<ListenerDocument>(listenerPrefix(loadBalancer)).flatMap(
      ({ Listener }) => Listener.DefaultActions,
    ),
    ...kept<RuleDocument>(rulePrefix(loadBalancer)).flatMap(({ Rule }) => Rule.Actions),
  ]
}

/**
 * What target groups say of a load balancer, brought to the actions of its listeners and rules as they will be. AWS lets a group serve one load
 * balancer only. Rests on all of them: the operation must also write the load balancer's document (`touched`).
 */
export function groupsAfter(
  snapshot: Snapshot,
  loadBalancerArn: string,
  actions: readonly Action[],
): Change[] {
  const used = new Set(groupsOfActions(actions))
  const max = elbv2Limits.targetGroupsPerLoadBalancer
  if (used.size > max && loadBalancerArn.includes(':loadbalancer/app/'))
    throw refuse(
      'TooManyUniqueTargetGroupsPerLoadBalancer',
      `A load balancer can have ${max} unique target groups`,
    )
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
