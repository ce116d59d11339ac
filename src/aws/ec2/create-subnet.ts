import type { CreateSubnetRequest, CreateSubnetResult } from '@aws-sdk/client-ec2'
import { subnetKey, vpcKey } from '../../resources/network.ts'
import type { Snapshot } from '../../store/store.ts'
import { regionZones, zoneId } from '../../topology/region-zones.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Checked, Operation } from '../operation.ts'
import { contains, overlap, parseCidr } from './cidr.ts'
import { shownSubnet } from './describe-subnets.ts'
import { newEc2Id } from './identifiers.ts'
import { ec2Limits } from './limits.ts'
import { allSubnets, type KnownSubnet, vpcOf } from './network.ts'
import { refuse, refuseDryRun } from './refuse.ts'
import { specifiedTags } from './tags.ts'

export const createSubnet: Operation<CreateSubnetRequest, CreateSubnetResult> = async (input, context) => {
  const { store, random, accountId, region } = context
  const Tags = specifiedTags(input.TagSpecifications, 'subnet')
  const AvailabilityZone = zoneOf(input, region)
  refuseDryRun(input.DryRun)
  const { answer } = await commitPlanned(store, snapshot => {
    const CidrBlock = freeBlock(snapshot, input)
    const SubnetId = newEc2Id('subnet', random)
    const Subnet: KnownSubnet = {
      SubnetId,
      VpcId: input.VpcId,
      CidrBlock,
      AvailabilityZone,
      State: 'available',
      DefaultForAz: false,
      OwnerId: accountId,
      Tags,
    }
    // Two subnets of one network at the same time must see each other: the second finds the VPC written.
    const vpc = { key: vpcKey(input.VpcId), value: snapshot.get<object>(vpcKey(input.VpcId))?.value }
    return { changes: [{ key: subnetKey(SubnetId), value: { Subnet } }, vpc], answer: Subnet }
  })
  return { Subnet: shownSubnet(store.read(), answer) }
}

function zoneOf(
  { AvailabilityZone, AvailabilityZoneId }: Checked<CreateSubnetRequest>,
  region: string,
): string {
  const zones = regionZones(region)
  const asked =
    AvailabilityZoneId === undefined
      ? (AvailabilityZone ?? zones[0])
      : zones.find(zone => zoneId(zone) === AvailabilityZoneId)
  if (asked !== undefined && zones.includes(asked)) return asked
  throw refuse(
    'InvalidParameterValue',
    `Value (${AvailabilityZoneId ?? AvailabilityZone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${zones.join(', ')}.`,
  )
}

/** The block that is asked for, when it is in the VPC and no other subnet has any of it. */
function freeBlock(snapshot: Snapshot, { VpcId, CidrBlock = '' }: Checked<CreateSubnetRequest>): string {
  const vpc = parseCidr(vpcOf(snapshot, VpcId).CidrBlock)
  const asked = parseCidr(CidrBlock)
  const others = allSubnets(snapshot).filter(subnet => subnet.VpcId === VpcId)
  if (asked === undefined)
    throw refuse(
      'InvalidParameterValue',
      `Value (${CidrBlock}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`,
    )
  if (vpc === undefined || asked.bits < 16 || asked.bits > 28 || !contains(vpc, asked))
    throw refuse('InvalidSubnet.Range', `The CIDR '${CidrBlock}' is invalid.`)
  if (others.length >= ec2Limits.subnetsPerVpcMax)
    throw refuse('SubnetLimitExceeded', 'The maximum number of subnets has been reached.')
  const blocks = others.flatMap(subnet => parseCidr(subnet.CidrBlock) ?? [])
  if (blocks.some(block => overlap(block, asked)))
    throw refuse('InvalidSubnet.Conflict', `The CIDR '${CidrBlock}' conflicts with another subnet`)
  return CidrBlock
}
