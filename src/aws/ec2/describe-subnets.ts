import type { DescribeSubnetsRequest, DescribeSubnetsResult, Subnet } from '@aws-sdk/client-ec2'
import type { Snapshot } from '../../store/store.ts'
import { freeAddressCount, takenAddresses } from '../../topology/free-address.ts'
import { zoneId } from '../../topology/region-zones.ts'
import type { Operation } from '../operation.ts'
import { filtered } from './filters.ts'
import { allSubnets, type KnownSubnet, noSubnet } from './network.ts'
import { namedOnly, pageOf } from './page.ts'

export const describeSubnets: Operation<DescribeSubnetsRequest, DescribeSubnetsResult> = async (
  input,
  { store },
) => {
  const snapshot = store.read()
  const subnets = namedOnly(allSubnets(snapshot), input.SubnetIds, ({ SubnetId }) => SubnetId, noSubnet)
  const found = filtered(subnets, input.Filters, {
    'subnet-id': subnet => [subnet.SubnetId],
    'vpc-id': subnet => [subnet.VpcId],
    'availability-zone': subnet => [subnet.AvailabilityZone],
    availabilityZone: subnet => [subnet.AvailabilityZone],
    'availability-zone-id': subnet => [zoneId(subnet.AvailabilityZone)],
    'cidr-block': subnet => [subnet.CidrBlock],
    cidr: subnet => [subnet.CidrBlock],
    'default-for-az': subnet => [String(subnet.DefaultForAz === true)],
    defaultForAz: subnet => [String(subnet.DefaultForAz === true)],
    'owner-id': subnet => [subnet.OwnerId],
    state: subnet => [subnet.State],
  })
  const { items, next } = pageOf(found, ({ SubnetId }) => SubnetId, input)
  const taken = takenAddresses(snapshot)
  return { Subnets: items.map(subnet => shownSubnet(snapshot, subnet, taken)), ...next }
}

export function shownSubnet(
  snapshot: Snapshot,
  subnet: KnownSubnet,
  taken = takenAddresses(snapshot),
): Subnet {
  return {
    ...subnet,
    AvailabilityZoneId: zoneId(subnet.AvailabilityZone),
    AvailableIpAddressCount: freeAddressCount(subnet.CidrBlock, taken),
    MapPublicIpOnLaunch: false,
    AssignIpv6AddressOnCreation: false,
    SubnetArn: `arn:aws:ec2:${subnet.AvailabilityZone.slice(0, -1)}:${subnet.OwnerId}:subnet/${subnet.SubnetId}`,
  }
}
