import type { UpdateAutoScalingGroupType } from '@aws-sdk/client-auto-scaling'
import type { Operation } from '../operation.ts'
import { changeGroup } from './change-group.ts'
import { launchConfigurationOf } from './group.ts'
import { refuseBounds, refuseHealthCheckType, subnetsFor } from './group-bounds.ts'
import { refuse } from './refuse.ts'

/** What is not named stays. A desired capacity outside of new bounds goes to the bound, unless it is named itself. */
export const updateAutoScalingGroup: Operation<UpdateAutoScalingGroupType, object> = async (
  input,
  context,
) => {
  if (input.LaunchTemplate !== undefined || input.MixedInstancesPolicy !== undefined)
    throw refuse('ValidationError', 'Launch templates and mixed instances are not supported.')
  refuseHealthCheckType(input.HealthCheckType)
  const { HealthCheckType } = input
  await changeGroup(context, input.AutoScalingGroupName, (group, snapshot) => {
    const MinSize = input.MinSize ?? group.MinSize
    const MaxSize = input.MaxSize ?? group.MaxSize
    const DesiredCapacity =
      input.DesiredCapacity ?? Math.min(MaxSize, Math.max(MinSize, group.DesiredCapacity))
    refuseBounds({ MinSize, MaxSize, DesiredCapacity })
    const isMoved = input.VPCZoneIdentifier !== undefined || (input.AvailabilityZones ?? []).length > 0
    const LaunchConfigurationName = input.LaunchConfigurationName ?? group.LaunchConfigurationName
    launchConfigurationOf(snapshot, LaunchConfigurationName)
    return {
      ...group,
      MinSize,
      MaxSize,
      DesiredCapacity,
      LaunchConfigurationName,
      SubnetIds: isMoved ? subnetsFor(snapshot, input) : group.SubnetIds,
      HealthCheckType: HealthCheckType ?? group.HealthCheckType,
      HealthCheckGracePeriod: input.HealthCheckGracePeriod ?? group.HealthCheckGracePeriod,
      DefaultCooldown: input.DefaultCooldown ?? group.DefaultCooldown,
      NewInstancesProtectedFromScaleIn:
        input.NewInstancesProtectedFromScaleIn ?? group.NewInstancesProtectedFromScaleIn,
    }
  })
  return {}
}
