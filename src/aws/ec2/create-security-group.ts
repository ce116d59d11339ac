import type { CreateSecurityGroupRequest, CreateSecurityGroupResult } from '@aws-sdk/client-ec2'
import { securityGroupKey, vpcKey } from '../../resources/network.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { newEc2Id } from './identifiers.ts'
import { ec2Limits } from './limits.ts'
import { allGroups, defaultVpc, type KnownGroup, noVpc, vpcOf } from './network.ts'
import { refuse, refuseDryRun } from './refuse.ts'
import { specifiedTags } from './tags.ts'

/** Lets everything out and nothing in, until rules say otherwise. */
export const createSecurityGroup: Operation<CreateSecurityGroupRequest, CreateSecurityGroupResult> = async (
  input,
  { store, random, accountId, region },
) => {
  const { GroupName, Description } = input
  const Tags = specifiedTags(input.TagSpecifications, 'security-group')
  if (GroupName.startsWith('sg-'))
    throw refuse(
      'InvalidParameterValue',
      `Invalid value '${GroupName}' for groupName. The group name cannot start with sg-.`,
    )
  if (GroupName.length > 255 || Description.length > 255)
    throw refuse('InvalidParameterValue', 'Name and description have at most 255 characters')
  refuseDryRun(input.DryRun)
  const { answer } = await commitPlanned(store, snapshot => {
    const vpc = input.VpcId === undefined ? defaultVpc(snapshot) : vpcOf(snapshot, input.VpcId)
    if (vpc === undefined) throw noVpc(['default'])
    const others = allGroups(snapshot).filter(group => group.VpcId === vpc.VpcId)
    if (others.some(group => group.GroupName === GroupName))
      throw refuse(
        'InvalidGroup.Duplicate',
        `The security group '${GroupName}' already exists for VPC '${vpc.VpcId}'`,
      )
    if (others.length >= ec2Limits.securityGroupsPerVpcMax)
      throw refuse(
        'SecurityGroupLimitExceeded',
        'The maximum number of security groups for a VPC has been reached.',
      )
    const SecurityGroup: KnownGroup = {
      GroupId: newEc2Id('sg', random),
      GroupName,
      Description,
      VpcId: vpc.VpcId,
      OwnerId: accountId,
      IpPermissions: [],
      IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      Tags,
    }
    return {
      changes: [
        { key: securityGroupKey(SecurityGroup.GroupId), value: { SecurityGroup } },
        // Two of one name at the same time must see each other.
        { key: vpcKey(vpc.VpcId), value: snapshot.get<object>(vpcKey(vpc.VpcId))?.value },
      ],
      answer: SecurityGroup,
    }
  })
  const { GroupId } = answer
  return {
    GroupId,
    Tags: answer.Tags,
    SecurityGroupArn: `arn:aws:ec2:${region}:${accountId}:security-group/${GroupId}`,
  }
}
