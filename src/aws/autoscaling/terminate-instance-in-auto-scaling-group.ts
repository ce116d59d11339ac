import type { ActivityType, TerminateInstanceInAutoScalingGroupType } from '@aws-sdk/client-auto-scaling'
import type { Operation } from '../operation.ts'
import { changeGroup } from './change-group.ts'
import { scalingGroupOf } from './group.ts'
import { changeMembers } from './member-change.ts'
import { refuse } from './refuse.ts'

/** It drains and goes; unless the desired capacity is lowered with it, another one is launched. */
export const terminateInstanceInAutoScalingGroup: Operation<
  TerminateInstanceInAutoScalingGroupType,
  ActivityType
> = async ({ InstanceId, ShouldDecrementDesiredCapacity }, context) => {
  if (InstanceId === undefined) throw refuse('ValidationError', 'An InstanceId is needed')
  let group = ''
  await changeMembers(context, [InstanceId], membership => {
    group = membership.Group
    const { DesiredCapacity, MinSize } = scalingGroupOf(context.store.read(), group)
    if (ShouldDecrementDesiredCapacity && DesiredCapacity <= MinSize)
      throw refuse(
        'ValidationError',
        `Currently, desiredSize equals minSize (${MinSize}). Terminating instance without replacement will violate group's min size constraint.`,
      )
    return { ...membership, IsUnhealthy: true }
  })
  if (ShouldDecrementDesiredCapacity)
    await changeGroup(context, group, now => ({ ...now, DesiredCapacity: now.DesiredCapacity - 1 }))
  const at = new Date(context.wallMs())
  return {
    Activity: {
      ActivityId: context.requestId,
      AutoScalingGroupName: group,
      Description: `Terminating EC2 instance: ${InstanceId}`,
      Cause: 'A user request',
      StartTime: at,
      StatusCode: 'InProgress',
      Progress: 0,
    },
  }
}
