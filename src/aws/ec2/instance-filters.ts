import { type InstanceStateName, instanceStateCodes } from '../../instances/instance-state.ts'
import type { InstanceDocument } from '../../resources/instances.ts'
import { nodeImageId } from './describe-images.ts'
import type { FilterValues } from './filters.ts'
import { instanceTypeDefault } from './instance.ts'

export interface FilterableInstance {
  readonly document: InstanceDocument
  readonly state: InstanceStateName
}

export const instanceFilters: FilterValues<FilterableInstance> = {
  'instance-id': ({ document }) => [document.Instance.InstanceId],
  'instance-state-name': ({ state }) => [state],
  'instance-state-code': ({ state }) => [String(instanceStateCodes[state])],
  'image-id': ({ document }) => [document.Instance.ImageId ?? nodeImageId],
  'instance-type': ({ document }) => [document.Instance.InstanceType ?? instanceTypeDefault],
  'key-name': ({ document }) => [document.Instance.KeyName],
  'client-token': ({ document }) => [document.Instance.ClientToken],
  'reservation-id': ({ document }) => [document.ReservationId],
  'availability-zone': ({ document }) => [document.Instance.Placement.AvailabilityZone],
  'subnet-id': ({ document }) => [document.Instance.SubnetId],
  'vpc-id': ({ document }) => [document.Instance.VpcId],
  'private-ip-address': ({ document }) => [document.Instance.PrivateIpAddress],
  'network-interface.addresses.private-ip-address': ({ document }) => [document.Instance.PrivateIpAddress],
  'instance.group-id': ({ document }) =>
    (document.Instance.SecurityGroups ?? []).map(({ GroupId }) => GroupId),
  'instance.group-name': ({ document }) =>
    (document.Instance.SecurityGroups ?? []).map(({ GroupName }) => GroupName),
}
