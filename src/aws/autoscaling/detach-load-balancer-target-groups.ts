import type {
  DetachLoadBalancerTargetGroupsResultType,
  DetachLoadBalancerTargetGroupsType,
} from '@aws-sdk/client-auto-scaling'
import { scalingGroupKey } from '../../resources/scaling.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { membersOf, scalingGroupOf } from './group.ts'
import { deregistration, knownTargetGroups } from './target-groups.ts'

/** Its members leave those target groups, and drain there. */
export const detachLoadBalancerTargetGroups: Operation<
  DetachLoadBalancerTargetGroupsType,
  DetachLoadBalancerTargetGroupsResultType
> = async ({ AutoScalingGroupName: name, TargetGroupARNs: arns }, { store, wallMs }) => {
  await commitPlanned(store, snapshot => {
    const group = scalingGroupOf(snapshot, name)
    const value = { ...group, TargetGroupARNs: group.TargetGroupARNs.filter(arn => !arns.includes(arn)) }
    const left = knownTargetGroups(
      snapshot,
      group.TargetGroupARNs.filter(arn => arns.includes(arn)),
    )
    const now = new Date(wallMs()).toISOString()
    const leaving = membersOf(snapshot, name).flatMap(member => deregistration(snapshot, left, member, now))
    return { changes: [{ key: scalingGroupKey(name), value }, ...leaving], answer: undefined }
  })
  return {}
}
