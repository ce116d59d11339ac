import type { Tag } from '@aws-sdk/client-auto-scaling'

/** Under `autoscaling/launch-configuration/<name>`: what RunInstances is asked for each new instance. */
export interface LaunchConfigurationDocument {
  readonly LaunchConfigurationName: string
  readonly LaunchConfigurationARN: string
  readonly ImageId: string
  readonly InstanceType?: string
  readonly KeyName?: string
  readonly SecurityGroups: readonly string[]
  /** In base64. */
  readonly UserData?: string
  /** ISO 8601. */
  readonly CreatedTime: string
}

/** Under `autoscaling/group/<name>`. Who is in it stands on the instances. */
export interface ScalingGroupDocument {
  readonly AutoScalingGroupName: string
  readonly AutoScalingGroupARN: string
  readonly LaunchConfigurationName: string
  readonly MinSize: number
  readonly MaxSize: number
  readonly DesiredCapacity: number
  /** One each for the zones that it launches in. */
  readonly SubnetIds: readonly string[]
  readonly TargetGroupARNs: readonly string[]
  readonly HealthCheckType: 'EC2' | 'ELB'
  readonly HealthCheckGracePeriod: number
  readonly DefaultCooldown: number
  readonly NewInstancesProtectedFromScaleIn: boolean
  readonly Tags: readonly Tag[]
  readonly CreatedTime: string
  /** Target tracking on running queries: at most one. */
  readonly Policy?: ScalingPolicyDocument
  /** Deleted by force: it goes when its last instance has. */
  readonly IsDeleting?: true
}

export interface ScalingPolicyDocument {
  readonly PolicyName: string
  readonly PolicyARN: string
  /** Running queries a member. */
  readonly TargetValue: number
  readonly DisableScaleIn: boolean
}

/** On an instance that belongs to a group. */
export interface ScalingMembership {
  readonly Group: string
  readonly IsProtected: boolean
  /** Somebody said so by SetInstanceHealth. */
  readonly IsUnhealthy?: true
  /** ISO 8601: since then it drains, and is then terminated. */
  readonly LeavingSince?: string
}

/** Under `autoscaling/activity/<group>/<id>`; later ids sort behind earlier ones. */
export interface ScalingActivityDocument {
  readonly Description: string
  readonly Cause: string
  readonly At: string
  /** How it failed, in words. */
  readonly Failure?: string
}

export const launchConfigurationPrefix = 'autoscaling/launch-configuration/'
export const launchConfigurationKey = (name: string): string => `${launchConfigurationPrefix}${name}`
export const scalingGroupPrefix = 'autoscaling/group/'
export const scalingGroupKey = (name: string): string => `${scalingGroupPrefix}${name}`
export const scalingActivityPrefix = (group: string): string => `autoscaling/activity/${group}/`

/** The metric that target tracking can follow: as a customized metric of an Auto Scaling policy. */
export const runningQueriesMetric = { Namespace: 'Everport', MetricName: 'RunningQueries' } as const
