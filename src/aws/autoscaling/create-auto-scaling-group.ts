import type { CreateAutoScalingGroupType } from '@aws-sdk/client-auto-scaling'
import {
  launchConfigurationKey,
  type ScalingGroupDocument,
  scalingGroupKey,
} from '../../resources/scaling.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { launchConfigurationOf, refuseName } from './group.ts'
import { refuseBounds, refuseHealthCheckType, subnetsFor } from './group-bounds.ts'
import { refuse } from './refuse.ts'
import { targetGroupNames } from './target-groups.ts'

const cooldownSecondsDefault = 300

export const createAutoScalingGroup: Operation<CreateAutoScalingGroupType, object> = async (
  input,
  { store, wallMs, accountId, region },
) => {
  const {
    AutoScalingGroupName: name,
    LaunchConfigurationName,
    MinSize,
    MaxSize,
    TargetGroupARNs = [],
  } = input
  refuseName(name)
  if (LaunchConfigurationName === undefined)
    throw refuse(
      'ValidationError',
      'A LaunchConfigurationName is needed: launch templates, mixed instances and instances to copy are not supported.',
    )
  if ((input.LoadBalancerNames ?? []).length > 0)
    throw refuse('ValidationError', 'Classic load balancers are not supported here: name target groups.')
  refuseHealthCheckType(input.HealthCheckType)
  const DesiredCapacity = input.DesiredCapacity ?? MinSize
  refuseBounds({ MinSize, MaxSize, DesiredCapacity })
  const { HealthCheckType = 'EC2' } = input
  await commitPlanned(store, snapshot => {
    if (snapshot.get(scalingGroupKey(name)) !== undefined)
      throw refuse(
        'AlreadyExists',
        'AutoScalingGroup by this name already exists - A group with the name already exists',
      )
    launchConfigurationOf(snapshot, LaunchConfigurationName)
    targetGroupNames(snapshot, TargetGroupARNs)
    const value: ScalingGroupDocument = {
      AutoScalingGroupName: name,
      AutoScalingGroupARN: `arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup::autoScalingGroupName/${name}`,
      LaunchConfigurationName,
      MinSize,
      MaxSize,
      DesiredCapacity,
      SubnetIds: subnetsFor(snapshot, input),
      TargetGroupARNs,
      HealthCheckType,
      HealthCheckGracePeriod: input.HealthCheckGracePeriod ?? 0,
      DefaultCooldown: input.DefaultCooldown ?? cooldownSecondsDefault,
      NewInstancesProtectedFromScaleIn: input.NewInstancesProtectedFromScaleIn === true,
      Tags: input.Tags ?? [],
      CreatedTime: new Date(wallMs()).toISOString(),
    }
    return {
      changes: [{ key: scalingGroupKey(name), value }],
      unchanged: [launchConfigurationKey(LaunchConfigurationName)],
      answer: undefined,
    }
  })
  return {}
}
