import type { CreateVpcRequest, CreateVpcResult } from '@aws-sdk/client-ec2'
import { securityGroupKey, vpcKey } from '../../resources/network.ts'
import { defaultSecurityGroup } from '../../topology/default-network.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { parseCidr } from './cidr.ts'
import { shownVpc } from './describe-vpcs.ts'
import { newEc2Id } from './identifiers.ts'
import { ec2Limits } from './limits.ts'
import { allVpcs } from './network.ts'
import { refuse, refuseDryRun } from './refuse.ts'
import { specifiedTags } from './tags.ts'

/** Its instances get addresses of it: where this machine has none of them, they cannot start. */
export const createVpc: Operation<CreateVpcRequest, CreateVpcResult> = async (
  input,
  { store, random, accountId },
) => {
  const { CidrBlock = '', InstanceTenancy = 'default', TagSpecifications } = input
  const cidr = parseCidr(CidrBlock)
  if (cidr === undefined)
    throw refuse(
      'InvalidParameterValue',
      `Value (${CidrBlock}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`,
    )
  if (cidr.bits < 16 || cidr.bits > 28)
    throw refuse('InvalidVpc.Range', `The CIDR '${CidrBlock}' is invalid.`)
  const Tags = specifiedTags(TagSpecifications, 'vpc')
  refuseDryRun(input.DryRun)
  const { answer } = await commitPlanned(store, snapshot => {
    if (allVpcs(snapshot).length >= ec2Limits.vpcsMax)
      throw refuse('VpcLimitExceeded', 'The maximum number of VPCs has been reached.')
    const VpcId = newEc2Id('vpc', random)
    const GroupId = newEc2Id('sg', random)
    const Vpc = {
      VpcId,
      CidrBlock,
      State: 'available' as const,
      IsDefault: false,
      InstanceTenancy,
      OwnerId: accountId,
      Tags,
    }
    return {
      changes: [
        { key: vpcKey(VpcId), value: { Vpc } },
        {
          key: securityGroupKey(GroupId),
          value: { SecurityGroup: defaultSecurityGroup(GroupId, VpcId, accountId) },
        },
      ],
      answer: Vpc,
    }
  })
  return { Vpc: shownVpc(answer) }
}
