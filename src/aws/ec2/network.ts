import {
  type ElasticAddressDocument,
  elasticAddressPrefix,
  type SecurityGroupDocument,
  type SubnetDocument,
  securityGroupKey,
  securityGroupPrefix,
  subnetKey,
  subnetPrefix,
  type VpcDocument,
  vpcKey,
  vpcPrefix,
} from '../../resources/network.ts'
import type { Snapshot } from '../../store/store.ts'
import { refuse } from './refuse.ts'

export type KnownVpc = VpcDocument['Vpc']
export type KnownSubnet = SubnetDocument['Subnet']
export type KnownGroup = SecurityGroupDocument['SecurityGroup']
export type KnownAddress = ElasticAddressDocument['Address']

export const allVpcs = (snapshot: Snapshot): KnownVpc[] =>
  snapshot.list<VpcDocument>(vpcPrefix).map(({ value }) => value.Vpc)

export const allSubnets = (snapshot: Snapshot): KnownSubnet[] =>
  snapshot.list<SubnetDocument>(subnetPrefix).map(({ value }) => value.Subnet)

export const allGroups = (snapshot: Snapshot): KnownGroup[] =>
  snapshot.list<SecurityGroupDocument>(securityGroupPrefix).map(({ value }) => value.SecurityGroup)

export const allAddresses = (snapshot: Snapshot): KnownAddress[] =>
  snapshot.list<ElasticAddressDocument>(elasticAddressPrefix).map(({ value }) => value.Address)

export function vpcOf(snapshot: Snapshot, id: string): KnownVpc {
  const found = snapshot.get<VpcDocument>(vpcKey(id))?.value.Vpc
  if (found === undefined) throw noVpc([id])
  return found
}

export function subnetOf(snapshot: Snapshot, id: string): KnownSubnet {
  const found = snapshot.get<SubnetDocument>(subnetKey(id))?.value.Subnet
  if (found === undefined) throw noSubnet([id])
  return found
}

export function groupOf(snapshot: Snapshot, id: string): KnownGroup {
  const found = snapshot.get<SecurityGroupDocument>(securityGroupKey(id))?.value.SecurityGroup
  if (found === undefined) throw noGroup([id])
  return found
}

export function defaultVpc(snapshot: Snapshot): KnownVpc | undefined {
  return allVpcs(snapshot).find(({ IsDefault }) => IsDefault === true)
}

export const noVpc = (ids: readonly string[]): Error =>
  refuse('InvalidVpcID.NotFound', `The vpc ID '${ids.join(', ')}' does not exist`)

export const noSubnet = (ids: readonly string[]): Error =>
  refuse('InvalidSubnetID.NotFound', `The subnet ID '${ids.join(', ')}' does not exist`)

export const noGroup = (ids: readonly string[]): Error =>
  refuse('InvalidGroup.NotFound', `The security group '${ids.join(', ')}' does not exist`)
