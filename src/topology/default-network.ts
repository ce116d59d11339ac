import {
  type SecurityGroupDocument,
  type SubnetDocument,
  securityGroupKey,
  subnetKey,
  type VpcDocument,
  vpcKey,
} from '../resources/network.ts'
import { type DesiredDocument, desired } from './desired-document.ts'
import { regionZones } from './region-zones.ts'
import { defaultSecurityGroupId, defaultSubnetId, defaultVpcId } from './resource-ids.ts'

/** Of this machine's own addresses: everything in it can be bound without setting anything up. */
const vpcCidr = '127.0.0.0/16'
/** Behind the addresses that a topology file plans for itself, 127.0.0.0 … 127.0.15.255. */
const subnetsFrom = 16
const subnetBits = 20

/** What an account has from the start: a VPC, a subnet in each zone, a security group whose members reach each other. Ids follow from both. */
export function defaultNetwork(accountId: string, region: string): DesiredDocument[] {
  const VpcId = defaultVpcId(region)
  return [
    desired<VpcDocument>(vpcKey(VpcId), {
      Vpc: {
        VpcId,
        CidrBlock: vpcCidr,
        State: 'available',
        IsDefault: true,
        InstanceTenancy: 'default',
        OwnerId: accountId,
      },
    }),
    ...regionZones(region).map((zone, index) => {
      const SubnetId = defaultSubnetId(region, zone)
      const CidrBlock = `127.0.${subnetsFrom + index * 2 ** (24 - subnetBits)}.0/${subnetBits}`
      const Subnet = {
        SubnetId,
        VpcId,
        CidrBlock,
        AvailabilityZone: zone,
        State: 'available' as const,
        DefaultForAz: true,
        OwnerId: accountId,
      }
      return desired<SubnetDocument>(subnetKey(SubnetId), { Subnet })
    }),
    desired<SecurityGroupDocument>(securityGroupKey(defaultSecurityGroupId(region)), {
      SecurityGroup: defaultSecurityGroup(defaultSecurityGroupId(region), VpcId, accountId),
    }),
  ]
}

/** As AWS makes one with each VPC: its members reach each other, and everything from them goes out. */
export function defaultSecurityGroup(
  GroupId: string,
  VpcId: string,
  OwnerId: string,
): SecurityGroupDocument['SecurityGroup'] {
  return {
    GroupId,
    GroupName: 'default',
    VpcId,
    OwnerId,
    Description: 'default VPC security group',
    IpPermissions: [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId, UserId: OwnerId }] }],
    IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
  }
}
