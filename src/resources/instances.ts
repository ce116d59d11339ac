import type { Instance } from '@aws-sdk/client-ec2'
import type { NodeConfig } from './node-config.ts'
import type { ScalingMembership } from './scaling.ts'

/**
 * Under `ec2/instance/<InstanceId>`. An instance is a supervised node process; its user data is the node's configuration.
 * `DesiredState` is what StartInstances and StopInstances set; what runs now is in `status/process/…`.
 */
export interface InstanceDocument {
  readonly Instance: Pick<
    Instance,
    | 'AmiLaunchIndex'
    | 'ClientToken'
    | 'ImageId'
    | 'InstanceType'
    | 'KeyName'
    | 'SecurityGroups'
    | 'SubnetId'
    | 'Tags'
    | 'VpcId'
  > & {
    readonly InstanceId: string
    readonly PrivateIpAddress: string
    readonly Placement: { readonly AvailabilityZone: string }
    /** ISO 8601. */
    readonly LaunchTime?: string
  }
  /** 'terminated': it is gone as soon as its process has ended, and told of for a while. */
  readonly DesiredState: 'running' | 'stopped' | 'terminated'
  readonly UserData: NodeConfig
  /** As RunInstances or ModifyInstanceAttribute was given it, in base64. Absent for the nodes of a topology file. */
  readonly GivenUserData?: string
  /** Of the call that made it. */
  readonly ReservationId?: string
  /** Each one more ends the process and starts another. */
  readonly Reboots?: number
  /** ISO 8601. */
  readonly TerminatedAt?: string
  readonly DisableApiTermination?: boolean
  readonly Scaling?: ScalingMembership
}

export const instancePrefix = 'ec2/instance/'

export const instanceKey = (id: string): string => `ec2/instance/${id}`
