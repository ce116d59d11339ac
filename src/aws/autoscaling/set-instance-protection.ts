import type { SetInstanceProtectionQuery } from '@aws-sdk/client-auto-scaling'
import type { Operation } from '../operation.ts'
import { scalingGroupOf } from './group.ts'
import { changeMembers } from './member-change.ts'

export const setInstanceProtection: Operation<SetInstanceProtectionQuery, object> = async (
  { InstanceIds, AutoScalingGroupName, ProtectedFromScaleIn },
  context,
) => {
  scalingGroupOf(context.store.read(), AutoScalingGroupName)
  await changeMembers(context, InstanceIds, membership => ({
    ...membership,
    IsProtected: ProtectedFromScaleIn,
  }))
  return {}
}
