import type {
  AttachLoadBalancerTargetGroupsResultType,
  AttachLoadBalancerTargetGroupsType,
} from '@aws-sdk/client-auto-scaling'
import type { Operation } from '../operation.ts'
import { changeGroup } from './change-group.ts'
import { targetGroupNames } from './target-groups.ts'

/** Members that run are registered within a second or so. */
export const attachLoadBalancerTargetGroups: Operation<
  AttachLoadBalancerTargetGroupsType,
  AttachLoadBalancerTargetGroupsResultType
> = async ({ AutoScalingGroupName, TargetGroupARNs }, context) => {
  await changeGroup(context, AutoScalingGroupName, (group, snapshot) => {
    targetGroupNames(snapshot, TargetGroupARNs)
    return { ...group, TargetGroupARNs: [...new Set([...group.TargetGroupARNs, ...TargetGroupARNs])] }
  })
  return {}
}
