import type { AutoScalingInstancesType, DescribeAutoScalingInstancesType } from '@aws-sdk/client-auto-scaling'
import type { Operation } from '../operation.ts'
import { allScalingGroups } from './group.ts'
import { shownMembers } from './members.ts'
import { pageOf } from './page.ts'

export const describeAutoScalingInstances: Operation<
  DescribeAutoScalingInstancesType,
  AutoScalingInstancesType
> = async (input, context) => {
  const snapshot = context.store.read()
  const ids = input.InstanceIds ?? []
  const all = allScalingGroups(snapshot).flatMap(group =>
    shownMembers(snapshot, group, context).map(member => ({
      ...member,
      HealthStatus: member.HealthStatus?.toUpperCase(),
      AutoScalingGroupName: group.AutoScalingGroupName,
    })),
  )
  const asked = all.filter(({ InstanceId = '' }) => ids.length === 0 || ids.includes(InstanceId))
  const { items, next } = pageOf(asked, ({ InstanceId = '' }) => InstanceId, input)
  return { AutoScalingInstances: items, ...next }
}
