import type { IpPermission } from '@aws-sdk/client-ec2'
import { EverportError } from '../../base/errors.ts'
import { deleteOnceFree, type Provisioning, sent, tagsOf, tagValue } from '../provisioning.ts'
import type { Step } from '../step.ts'
import { tags } from '../wanted.ts'

/** The nodes' security group: the ports of the topology, from the VPC and from the clients that the topology names. */
export const securityGroup: Step = { apply, destroy }

async function apply(provisioning: Provisioning): Promise<void> {
  const { call, wanted, found } = provisioning
  const { name, description, ports, clients } = wanted.securityGroup
  const there = await find(provisioning)
  found.securityGroupId =
    there?.GroupId ??
    sent(
      (
        await call('ec2', 'CreateSecurityGroup', {
          GroupName: name,
          Description: description,
          VpcId: found.vpc?.id,
          TagSpecifications: [{ ResourceType: 'security-group', Tags: tagsOf(wanted, name) }],
        })
      ).GroupId,
      'a security group id',
    )
  const sources = [...new Set([...(found.vpc?.cidrs ?? []), ...clients])]
  const rules = new Set(ports.flatMap(port => sources.map(cidr => `tcp ${port} ${port} ${cidr}`)))
  const present = new Set((there?.IpPermissions ?? []).flatMap(rulesOf))
  const missing = [...rules].filter(rule => !present.has(rule))
  const surplus = [...present].filter(rule => !rules.has(rule))
  const GroupId = found.securityGroupId
  if (missing.length > 0)
    await call('ec2', 'AuthorizeSecurityGroupIngress', { GroupId, IpPermissions: permissionsOf(missing) })
  if (surplus.length > 0)
    await call('ec2', 'RevokeSecurityGroupIngress', { GroupId, IpPermissions: permissionsOf(surplus) })
}

async function destroy(provisioning: Provisioning): Promise<void> {
  const { call } = provisioning
  const there = await find(provisioning)
  if (there?.GroupId === undefined) return
  const { GroupId } = there
  await deleteOnceFree(provisioning, `security group ${GroupId}`, 'DependencyViolation', () =>
    call('ec2', 'DeleteSecurityGroup', { GroupId }),
  )
}

async function find({ call, wanted, found }: Provisioning) {
  const { name } = wanted.securityGroup
  const { SecurityGroups = [] } = await call('ec2', 'DescribeSecurityGroups', {
    Filters: [
      { Name: 'group-name', Values: [name] },
      { Name: 'vpc-id', Values: [found.vpc?.id ?? ''] },
    ],
  })
  const [there] = SecurityGroups
  if (there !== undefined && tagValue(there.Tags, tags.topology) !== wanted.topology.name) {
    throw new EverportError(
      'duplicate_object',
      `security group ${name} is there and is not this topology’s`,
      {
        detail: `${there.GroupId} has no tag ${tags.topology}=${wanted.topology.name}`,
        hint: 'delete it, or tag it so',
      },
    )
  }
  return there
}

/** `PROTOCOL FROM TO RANGE`, one for each range. */
function rulesOf({ IpProtocol, FromPort, ToPort, IpRanges = [] }: IpPermission): string[] {
  return IpRanges.map(({ CidrIp }) => `${IpProtocol} ${FromPort ?? -1} ${ToPort ?? -1} ${CidrIp}`)
}

function permissionsOf(rules: readonly string[]): IpPermission[] {
  return rules.map(rule => {
    const [IpProtocol = 'tcp', from, to, CidrIp] = rule.split(' ')
    return { IpProtocol, FromPort: Number(from), ToPort: Number(to), IpRanges: [{ CidrIp }] }
  })
}
