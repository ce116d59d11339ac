import {
  type ElasticAddressDocument,
  elasticAddressKey,
  type SecurityGroupDocument,
  type SubnetDocument,
  securityGroupKey,
  securityGroupPrefix,
  subnetKey,
  type VpcDocument,
  vpcKey,
} from '../../resources/network.ts'
import type { Snapshot } from '../../store/store.ts'
import { refuse } from './refusal.ts'

export function subnetNamed(snapshot: Snapshot, id: string): SubnetDocument['Subnet'] {
  const found = snapshot.get<SubnetDocument>(subnetKey(id))?.value.Subnet
  if (found === undefined) throw refuse('SubnetNotFound', `The subnet ID '${id}' does not exist`)
  return found
}

export function securityGroupNamed(snapshot: Snapshot, id: string): SecurityGroupDocument['SecurityGroup'] {
  const found = snapshot.get<SecurityGroupDocument>(securityGroupKey(id))?.value.SecurityGroup
  if (found === undefined) throw refuse('InvalidSecurityGroup', `The security group '${id}' does not exist`)
  return found
}

/** Those given, which must be of the VPC; its default one where none is given and there must be one. */
export function securityGroupsIn(
  snapshot: Snapshot,
  vpc: string,
  given: readonly string[] = [],
  hasDefault = true,
): string[] {
  for (const id of given)
    if (securityGroupNamed(snapshot, id).VpcId !== vpc)
      throw refuse('InvalidSecurityGroup', `The security group '${id}' does not belong to VPC '${vpc}'`)
  return given.length > 0 || !hasDefault ? [...given] : [defaultSecurityGroup(snapshot, vpc)]
}

/** Id of the group that every VPC begins with. */
function defaultSecurityGroup(snapshot: Snapshot, vpc: string): string {
  const found = snapshot
    .list<SecurityGroupDocument>(securityGroupPrefix)
    .find(({ value }) => value.SecurityGroup.GroupName === 'default' && value.SecurityGroup.VpcId === vpc)
  if (found === undefined)
    throw refuse('InvalidSecurityGroup', `VPC '${vpc}' has no default security group; name one`)
  return found.value.SecurityGroup.GroupId
}

export function elasticAddressNamed(snapshot: Snapshot, id: string): ElasticAddressDocument['Address'] {
  const found = snapshot.get<ElasticAddressDocument>(elasticAddressKey(id))?.value.Address
  if (found === undefined) throw refuse('AllocationIdNotFound', `The allocation ID '${id}' does not exist`)
  return found
}

export function vpcNamed(snapshot: Snapshot, id: string): VpcDocument['Vpc'] {
  const found = snapshot.get<VpcDocument>(vpcKey(id))?.value.Vpc
  if (found === undefined) throw refuse('ValidationError', `The VPC ID '${id}' is not found`)
  return found
}
