import type { DeletePolicyType } from '@aws-sdk/client-auto-scaling'
import type { Operation } from '../operation.ts'
import { changeGroup } from './change-group.ts'
import { allScalingGroups } from './group.ts'
import { refuse } from './refuse.ts'

/** By its name in a group, or by its ARN. */
export const deletePolicy: Operation<DeletePolicyType, object> = async (input, context) => {
  const { AutoScalingGroupName, PolicyName } = input
  const isMeant = (policy: { PolicyName: string; PolicyARN: string } | undefined): boolean =>
    policy !== undefined && (policy.PolicyName === PolicyName || policy.PolicyARN === PolicyName)
  const found = allScalingGroups(context.store.read()).find(
    group =>
      (AutoScalingGroupName === undefined || group.AutoScalingGroupName === AutoScalingGroupName) &&
      isMeant(group.Policy),
  )
  if (found === undefined) throw refuse('ValidationError', `No scaling policy found with name: ${PolicyName}`)
  await changeGroup(context, found.AutoScalingGroupName, ({ Policy: _gone, ...group }) => group)
  return {}
}
