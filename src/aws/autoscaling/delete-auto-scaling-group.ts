import type { DeleteAutoScalingGroupType } from '@aws-sdk/client-auto-scaling'
import { type ScalingGroupDocument, scalingActivityPrefix, scalingGroupKey } from '../../resources/scaling.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { membersOf, scalingGroupOf } from './group.ts'
import { refuse } from './refuse.ts'

/** With instances only by force: then they drain and go first, and the group with the last of them. */
export const deleteAutoScalingGroup: Operation<DeleteAutoScalingGroupType, object> = async (
  { AutoScalingGroupName: name, ForceDelete = false },
  { store },
) => {
  await commitPlanned(store, snapshot => {
    const group = scalingGroupOf(snapshot, name)
    const members = membersOf(snapshot, name)
    if (members.length > 0 && !ForceDelete)
      throw refuse(
        'ResourceInUse',
        'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
      )
    const deleting: ScalingGroupDocument = {
      ...group,
      MinSize: 0,
      MaxSize: 0,
      DesiredCapacity: 0,
      IsDeleting: true,
    }
    const activities = snapshot
      .list(scalingActivityPrefix(name))
      .map(({ key }) => ({ key, value: undefined }))
    const gone = [{ key: scalingGroupKey(name), value: undefined }, ...activities]
    return {
      changes: members.length > 0 ? [{ key: scalingGroupKey(name), value: deleting }] : gone,
      answer: undefined,
    }
  })
  return {}
}
