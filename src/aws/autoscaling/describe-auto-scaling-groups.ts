import type {
  AutoScalingGroup,
  AutoScalingGroupNamesType,
  AutoScalingGroupsType,
} from '@aws-sdk/client-auto-scaling'
import type { ScalingGroupDocument } from '../../resources/scaling.ts'
import type { Snapshot } from '../../store/store.ts'
import { allSubnets } from '../ec2/network.ts'
import type { Operation, OperationContext } from '../operation.ts'
import { allScalingGroups } from './group.ts'
import { shownMembers } from './members.ts'
import { pageOf } from './page.ts'

export const describeAutoScalingGroups: Operation<AutoScalingGroupNamesType, AutoScalingGroupsType> = async (
  input,
  context,
) => {
  const snapshot = context.store.read()
  const names = input.AutoScalingGroupNames ?? []
  const asked = allScalingGroups(snapshot).filter(
    ({ AutoScalingGroupName }) => names.length === 0 || names.includes(AutoScalingGroupName),
  )
  const { items, next } = pageOf(asked, ({ AutoScalingGroupName }) => AutoScalingGroupName, input)
  return { AutoScalingGroups: items.map(group => shownGroup(snapshot, group, context)), ...next }
}

function shownGroup(
  snapshot: Snapshot,
  group: ScalingGroupDocument,
  context: OperationContext,
): AutoScalingGroup {
  const { SubnetIds, Tags, CreatedTime, TargetGroupARNs, Policy: _policy, IsDeleting, ...shown } = group
  const zones = allSubnets(snapshot).filter(({ SubnetId }) => SubnetIds.includes(SubnetId))
  return {
    ...shown,
    CreatedTime: new Date(CreatedTime),
    AvailabilityZones: zones.map(({ AvailabilityZone }) => AvailabilityZone),
    VPCZoneIdentifier: SubnetIds.join(','),
    TargetGroupARNs: [...TargetGroupARNs],
    LoadBalancerNames: [],
    SuspendedProcesses: [],
    EnabledMetrics: [],
    TerminationPolicies: ['Default'],
    Instances: shownMembers(snapshot, group, context),
    Tags: Tags.map(tag => ({
      ...tag,
      ResourceId: group.AutoScalingGroupName,
      ResourceType: 'auto-scaling-group',
      PropagateAtLaunch: tag.PropagateAtLaunch === true,
    })),
    ...(IsDeleting ? { Status: 'Delete in progress' } : {}),
  }
}
