import type { Instance } from '@aws-sdk/client-ec2'
import type { NodeConfig } from './node-config.ts'

/**
 * Under `ec2/instance/<InstanceId>`. An instance is a supervised node process; its user data is the node's configuration.
 * `DesiredState` is what StartInstances and StopInstances set; what runs now is in `status/process/…`.
 */
export interface InstanceDocument {
  readonly Instance: Pick<Instance, 'ImageId' | 'LaunchTime' | 'SecurityGroups' | 'Tags'> & {
    readonly InstanceId: string
    readonly PrivateIpAddress: string
    readonly Placement: { readonly AvailabilityZone: string }
  }
  readonly DesiredState: 'running' | 'stopped'
  readonly UserData: NodeConfig
}

export const instanceKey = (id: string): string => `ec2/instance/${id}`
