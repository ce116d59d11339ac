import type { AvailabilityZone, SubnetMapping } from '@aws-sdk/client-elastic-load-balancing-v2'
import {
  elasticAddressKey,
  type PrivateAddressDocument,
  privateAddressKey,
  subnetKey,
} from '../../resources/network.ts'
import type { Change, Snapshot } from '../../store/store.ts'
import { freeAddress, isUsableAddress, takenAddresses } from '../../topology/free-address.ts'
import type { BalancerType } from './arns.ts'
import { elasticAddressNamed, subnetNamed } from './network-references.ts'
import { refuse } from './refusal.ts'

export interface PlannedZones {
  readonly VpcId: string
  readonly AvailabilityZones: AvailabilityZone[]
  /** Addresses that are taken of subnets, as documents. */
  readonly changes: readonly Change[]
  readonly unchanged: readonly string[]
}

/**
 * One zone a subnet, each with the one address that it keeps for life: the elastic one or the private one that is asked for, else the lowest
 * that is free in the subnet. `kept` are zones that the load balancer has already.
 */
export function plannedZones(
  snapshot: Snapshot,
  owner: string,
  mappings: readonly SubnetMapping[],
  kept: readonly AvailabilityZone[] = [],
): PlannedZones {
  if (mappings.length === 0) throw refuse('ValidationError', 'At least one subnet must be specified')
  const subnets = mappings.map(({ SubnetId = '' }) => knownSubnet(snapshot, kept, SubnetId))
  const zones = subnets.map(({ zone }) => zone)
  if (new Set(zones).size < zones.length)
    throw refuse(
      'InvalidConfigurationRequest',
      'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
    )
  const [first] = subnets
  if (first === undefined || subnets.some(({ vpc }) => vpc !== first.vpc))
    throw refuse('InvalidSubnet', 'All subnets must belong to the same VPC')
  const taken = takenAddresses(snapshot)
  const changes: Change[] = []
  const unchanged = new Set<string>()
  const AvailabilityZones = mappings.map((mapping, at): AvailabilityZone => {
    const { SubnetId = '', AllocationId, PrivateIPv4Address } = mapping
    const present = kept.find(zone => zone.SubnetId === SubnetId)
    if (present !== undefined) return present
    unchanged.add(subnetKey(SubnetId))
    const common = { ZoneName: zones[at], SubnetId }
    if (AllocationId !== undefined) {
      const { PublicIp } = elasticAddressNamed(snapshot, AllocationId)
      if (taken.has(PublicIp))
        throw refuse('ResourceInUse', `The allocation ID '${AllocationId}' is already in use`)
      taken.add(PublicIp)
      unchanged.add(elasticAddressKey(AllocationId))
      changes.push(reservation(PublicIp, owner, SubnetId))
      return { ...common, LoadBalancerAddresses: [{ IpAddress: PublicIp, AllocationId }] }
    }
    const { CidrBlock } = subnetNamed(snapshot, SubnetId)
    const address = PrivateIPv4Address ?? freeAddress(CidrBlock, taken)
    if (address === undefined)
      throw refuse(
        'InvalidSubnet',
        `Not enough IP space available in ${SubnetId}. ELB requires at least 1 free IP address in each subnet.`,
      )
    if (!isUsableAddress(CidrBlock, address) || taken.has(address))
      throw refuse(
        'InvalidConfigurationRequest',
        `The private IPv4 address '${address}' is not available in subnet '${SubnetId}'`,
      )
    taken.add(address)
    changes.push(reservation(address, owner, SubnetId))
    return {
      ...common,
      LoadBalancerAddresses: [
        { IpAddress: address, ...(PrivateIPv4Address === undefined ? {} : { PrivateIPv4Address }) },
      ],
    }
  })
  return { VpcId: first.vpc, AvailabilityZones, changes, unchanged: [...unchanged] }
}

/** An application load balancer is in two zones at least, and its addresses are nobody's wish. */
export function checkMappings(type: BalancerType, mappings: readonly SubnetMapping[]): void {
  if (type !== 'application') return
  if (mappings.length < 2)
    throw refuse(
      'ValidationError',
      'At least two subnets in two different Availability Zones must be specified',
    )
  const given = mappings.find(
    ({ AllocationId, PrivateIPv4Address }) => AllocationId !== undefined || PrivateIPv4Address !== undefined,
  )
  if (given !== undefined)
    throw refuse(
      'InvalidConfigurationRequest',
      "You cannot specify addresses of subnets for load balancers with type 'application'",
    )
}

/** Addresses that are given back with zones that go. */
export function releasedAddresses(snapshot: Snapshot, zones: readonly AvailabilityZone[]): Change[] {
  return zones
    .flatMap(({ LoadBalancerAddresses = [] }) => LoadBalancerAddresses)
    .map(({ IpAddress = '' }) => privateAddressKey(IpAddress))
    .filter(key => snapshot.get(key) !== undefined)
    .map(key => ({ key, value: undefined }))
}

/** Subnets of the topology file's balancers are known by those balancers alone. */
function knownSubnet(
  snapshot: Snapshot,
  kept: readonly AvailabilityZone[],
  id: string,
): { zone: string; vpc: string } {
  const present = kept.find(zone => zone.SubnetId === id)
  const subnet =
    snapshot.get(subnetKey(id)) === undefined && present !== undefined ? undefined : subnetNamed(snapshot, id)
  return { zone: present?.ZoneName ?? subnet?.AvailabilityZone ?? '', vpc: subnet?.VpcId ?? '' }
}

function reservation(address: string, Owner: string, SubnetId: string): Change {
  const value: PrivateAddressDocument = { Owner, SubnetId }
  return { key: privateAddressKey(address), value }
}

/** `Subnets` and `SubnetMappings` say the same in two ways. */
export function mappingsOf(input: {
  readonly Subnets?: readonly string[] | undefined
  readonly SubnetMappings?: readonly SubnetMapping[] | undefined
}): readonly SubnetMapping[] {
  const { Subnets, SubnetMappings } = input
  if (Subnets !== undefined && SubnetMappings !== undefined)
    throw refuse('ValidationError', 'You can specify either subnets or subnet mappings, not both')
  return SubnetMappings ?? (Subnets ?? []).map(SubnetId => ({ SubnetId }))
}
