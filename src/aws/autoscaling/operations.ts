import type { ServiceOperations } from '../operation.ts'
import { attachLoadBalancerTargetGroups } from './attach-load-balancer-target-groups.ts'
import { createAutoScalingGroup } from './create-auto-scaling-group.ts'
import { createLaunchConfiguration } from './create-launch-configuration.ts'
import { deleteAutoScalingGroup } from './delete-auto-scaling-group.ts'
import { deleteLaunchConfiguration } from './delete-launch-configuration.ts'
import { deletePolicy } from './delete-policy.ts'
import { describeAutoScalingGroups } from './describe-auto-scaling-groups.ts'
import { describeAutoScalingInstances } from './describe-auto-scaling-instances.ts'
import { describeLaunchConfigurations } from './describe-launch-configurations.ts'
import { describeLoadBalancerTargetGroups } from './describe-load-balancer-target-groups.ts'
import { describePolicies } from './describe-policies.ts'
import { describeScalingActivities } from './describe-scaling-activities.ts'
import { detachLoadBalancerTargetGroups } from './detach-load-balancer-target-groups.ts'
import { putScalingPolicy } from './put-scaling-policy.ts'
import { setDesiredCapacity } from './set-desired-capacity.ts'
import { setInstanceHealth } from './set-instance-health.ts'
import { setInstanceProtection } from './set-instance-protection.ts'
import { terminateInstanceInAutoScalingGroup } from './terminate-instance-in-auto-scaling-group.ts'
import { updateAutoScalingGroup } from './update-auto-scaling-group.ts'

type Sdk = typeof import('@aws-sdk/client-auto-scaling')

export const autoScalingService: ServiceOperations<Sdk> = {
  operations: {
    AttachLoadBalancerTargetGroups: attachLoadBalancerTargetGroups,
    CreateAutoScalingGroup: createAutoScalingGroup,
    CreateLaunchConfiguration: createLaunchConfiguration,
    DeleteAutoScalingGroup: deleteAutoScalingGroup,
    DeleteLaunchConfiguration: deleteLaunchConfiguration,
    DeletePolicy: deletePolicy,
    DescribeAutoScalingGroups: describeAutoScalingGroups,
    DescribeAutoScalingInstances: describeAutoScalingInstances,
    DescribeLaunchConfigurations: describeLaunchConfigurations,
    DescribeLoadBalancerTargetGroups: describeLoadBalancerTargetGroups,
    DescribePolicies: describePolicies,
    DescribeScalingActivities: describeScalingActivities,
    DetachLoadBalancerTargetGroups: detachLoadBalancerTargetGroups,
    PutScalingPolicy: putScalingPolicy,
    SetDesiredCapacity: setDesiredCapacity,
    SetInstanceHealth: setInstanceHealth,
    SetInstanceProtection: setInstanceProtection,
    TerminateInstanceInAutoScalingGroup: terminateInstanceInAutoScalingGroup,
    UpdateAutoScalingGroup: updateAutoScalingGroup,
  },
  partial: {
    CreateAutoScalingGroup:
      'From a launch configuration, for target groups; no launch templates, mixed instances or classic load balancers.',
    CreateLaunchConfiguration: 'Image everport-node, user data, security groups, key name and type.',
    PutScalingPolicy:
      'Target tracking on the metric RunningQueries of the namespace Everport, one policy a group.',
    DescribeScalingActivities: 'The last 100 of each group, in one page.',
  },
}
