import type {
  DescribeTargetGroupsInput,
  DescribeTargetGroupsOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { type TargetGroupDocument, targetGroupKey } from '../../resources/load-balancing.ts'
import type { Operation } from '../operation.ts'
import { pageOf } from './page.ts'
import { refuse } from './refusal.ts'
import { isClassicGroup, loadBalancerOf, noTargetGroup, targetGroupOf, targetGroups } from './resources.ts'

export const describeTargetGroups: Operation<DescribeTargetGroupsInput, DescribeTargetGroupsOutput> = async (
  input,
  { store },
) => {
  const { LoadBalancerArn, TargetGroupArns, Names } = input
  if ([LoadBalancerArn, TargetGroupArns, Names].filter(given => given !== undefined).length > 1)
    throw refuse(
      'ValidationError',
      'Target group names, target group ARNs, and a load balancer ARN cannot be specified at the same time',
    )
  const snapshot = store.read()
  const found = (): TargetGroupDocument[] => {
    if (TargetGroupArns !== undefined) return TargetGroupArns.map(arn => targetGroupOf(snapshot, arn).value)
    if (Names !== undefined)
      return Names.map(name => {
        const document = snapshot.get<TargetGroupDocument>(targetGroupKey(name))?.value
        if (document === undefined || isClassicGroup(name)) throw noTargetGroup()
        return document
      })
    const all = [...targetGroups(snapshot)]
    if (LoadBalancerArn === undefined) return all
    loadBalancerOf(snapshot, LoadBalancerArn)
    return all.filter(({ TargetGroup }) => TargetGroup.LoadBalancerArns.includes(LoadBalancerArn))
  }
  const { items, NextMarker } = pageOf(found(), ({ TargetGroup }) => TargetGroup.TargetGroupName, input)
  return { TargetGroups: items.map(({ TargetGroup }) => TargetGroup), NextMarker }
}
