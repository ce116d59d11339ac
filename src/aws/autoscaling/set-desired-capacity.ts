import type { SetDesiredCapacityType } from '@aws-sdk/client-auto-scaling'
import type { Operation } from '../operation.ts'
import { changeGroup } from './change-group.ts'
import { refuse } from './refuse.ts'

export const setDesiredCapacity: Operation<SetDesiredCapacityType, object> = async (
  { AutoScalingGroupName, DesiredCapacity },
  context,
) => {
  await changeGroup(context, AutoScalingGroupName, group => {
    const { MinSize, MaxSize } = group
    if (DesiredCapacity > MaxSize)
      throw refuse(
        'ValidationError',
        `New SetDesiredCapacity value ${DesiredCapacity} is above max value ${MaxSize} for the AutoScalingGroup.`,
      )
    if (DesiredCapacity < MinSize)
      throw refuse(
        'ValidationError',
        `New SetDesiredCapacity value ${DesiredCapacity} is below min value ${MinSize} for the AutoScalingGroup.`,
      )
    return { ...group, DesiredCapacity }
  })
  return {}
}
