import type { DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult } from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { filtered } from './filters.ts'
import { allGroups, defaultVpc, type KnownGroup, noGroup } from './network.ts'
import { namedOnly, pageOf } from './page.ts'
import { permissionsOf, rulesOf } from './permissions.ts'

export const describeSecurityGroups: Operation<
  DescribeSecurityGroupsRequest,
  DescribeSecurityGroupsResult
> = async (input, { store, accountId, region }) => {
  const snapshot = store.read()
  const byId = namedOnly(allGroups(snapshot), input.GroupIds, ({ GroupId }) => GroupId, noGroup)
  const inDefaultVpc = byId.filter(({ VpcId }) => VpcId === defaultVpc(snapshot)?.VpcId)
  const named =
    (input.GroupNames ?? []).length === 0
      ? byId
      : namedOnly(inDefaultVpc, input.GroupNames, ({ GroupName }) => GroupName, noGroup)
  const found = filtered(named, input.Filters, {
    'group-id': group => [group.GroupId],
    'group-name': group => [group.GroupName],
    'vpc-id': group => [group.VpcId],
    'owner-id': group => [group.OwnerId],
    description: group => [group.Description],
    'ip-permission.cidr': group => sources(group, 'ipv4'),
    'ip-permission.group-id': group => sources(group, 'group'),
    'ip-permission.protocol': group => rulesOf(group.IpPermissions ?? []).map(({ protocol }) => protocol),
    'ip-permission.from-port': group =>
      rulesOf(group.IpPermissions ?? []).map(({ fromPort }) => fromPort?.toString()),
    'ip-permission.to-port': group =>
      rulesOf(group.IpPermissions ?? []).map(({ toPort }) => toPort?.toString()),
  })
  const { items, next } = pageOf(found, ({ GroupId }) => GroupId, input)
  return {
    SecurityGroups: items.map(group => ({
      ...group,
      IpPermissions: permissionsOf(rulesOf(group.IpPermissions ?? [])),
      IpPermissionsEgress: permissionsOf(rulesOf(group.IpPermissionsEgress ?? [])),
      SecurityGroupArn: `arn:aws:ec2:${region}:${accountId}:security-group/${group.GroupId}`,
    })),
    ...next,
  }
}

function sources(group: KnownGroup, kind: 'ipv4' | 'group'): string[] {
  return rulesOf(group.IpPermissions ?? []).flatMap(({ source }) => {
    if (source.kind !== kind) return []
    return [source.kind === 'group' ? source.groupId : source.cidr]
  })
}
