import type { Address, SecurityGroup, Subnet, Vpc } from '@aws-sdk/client-ec2'

type With<T, K extends keyof T> = Omit<T, K> & { readonly [P in K]-?: NonNullable<T[P]> }

/** Under `ec2/vpc/<VpcId>`. */
export interface VpcDocument {
  readonly Vpc: With<Vpc, 'VpcId' | 'CidrBlock'>
}

/** Under `ec2/subnet/<SubnetId>`. */
export interface SubnetDocument {
  readonly Subnet: With<Subnet, 'SubnetId' | 'VpcId' | 'CidrBlock' | 'AvailabilityZone'>
}

/** Under `ec2/security-group/<GroupId>`. Its rules are what load balancers and nodes take connections by. */
export interface SecurityGroupDocument {
  readonly SecurityGroup: With<SecurityGroup, 'GroupId' | 'GroupName' | 'VpcId'>
}

/** Under `ec2/address/<AllocationId>`: an elastic address. */
export interface ElasticAddressDocument {
  readonly Address: With<Address, 'AllocationId' | 'PublicIp'>
}

/**
 * Under `ec2/private-address/<address>`: who has an address of a subnet. Whoever takes one puts this in the same commit, so that the guard
 * 'absent' lets one of two takers win; whoever gives it back deletes it. Addresses of the topology file are planned and stand here too
 * only when they collide with nothing: `takenAddresses` (topology/free-address.ts) knows both.
 */
export interface PrivateAddressDocument {
  /** Key of the load balancer or instance that has it. */
  readonly Owner: string
  readonly SubnetId: string
}

export const vpcPrefix = 'ec2/vpc/'
export const subnetPrefix = 'ec2/subnet/'
export const securityGroupPrefix = 'ec2/security-group/'
export const elasticAddressPrefix = 'ec2/address/'
export const vpcKey = (id: string): string => `${vpcPrefix}${id}`
export const subnetKey = (id: string): string => `${subnetPrefix}${id}`
export const securityGroupKey = (id: string): string => `${securityGroupPrefix}${id}`
export const elasticAddressKey = (allocationId: string): string => `${elasticAddressPrefix}${allocationId}`
export const privateAddressPrefix = 'ec2/private-address/'
export const privateAddressKey = (address: string): string => `${privateAddressPrefix}${address}`
/** Under it, who has an elastic address: of two who ask for one at the same time, the second must take another. */
export const publicAddressKey = (address: string): string => `ec2/public-address/${address}`
