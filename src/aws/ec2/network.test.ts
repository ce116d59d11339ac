import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operationContext } from '../../testing/operation-context.ts'
import { defaultNetwork } from '../../topology/default-network.ts'
import type { OperationContext } from '../operation.ts'
import type { AwsRefusal } from '../refusal.ts'
import { ec2Service } from './operations.ts'

type Operations = NonNullable<typeof ec2Service.operations>
type Answers = { [N in keyof Operations]-?: Awaited<ReturnType<NonNullable<Operations[N]>>> }

async function call<N extends keyof Operations>(
  context: OperationContext,
  name: N,
  input: Parameters<NonNullable<Operations[N]>>[0],
): Promise<Answers[N]> {
  const operation = ec2Service.operations[name] as (input: unknown, context: OperationContext) => unknown
  return (await operation(input, context)) as Answers[N]
}

async function account(): Promise<OperationContext> {
  const context = operationContext()
  await context.store.commit([], defaultNetwork(context.accountId, context.region))
  return context
}

async function refused(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'not refused',
    (error: unknown) => `${(error as AwsRefusal).code}: ${(error as AwsRefusal).message}`,
  )
}

test('an account has a VPC, a subnet in each zone and a security group from the start', async () => {
  const context = await account()
  const { Vpcs } = await call(context, 'DescribeVpcs', {
    Filters: [{ Name: 'is-default', Values: ['true'] }],
  })
  assert.equal(Vpcs?.[0]?.CidrBlock, '127.0.0.0/16')
  const { Subnets = [] } = await call(context, 'DescribeSubnets', {
    Filters: [{ Name: 'vpc-id', Values: [Vpcs?.[0]?.VpcId ?? ''] }],
  })
  const { AvailabilityZones = [] } = await call(context, 'DescribeAvailabilityZones', {})
  assert.equal(Subnets.length, 9)
  assert.deepEqual(
    new Set(Subnets.map(({ AvailabilityZone }) => AvailabilityZone)),
    new Set(AvailabilityZones.map(({ ZoneName }) => ZoneName)),
  )
  assert.equal(Subnets[0]?.AvailableIpAddressCount, 4_091)
  const { SecurityGroups = [] } = await call(context, 'DescribeSecurityGroups', { GroupNames: ['default'] })
  assert.equal(
    SecurityGroups[0]?.IpPermissions?.[0]?.UserIdGroupPairs?.[0]?.GroupId,
    SecurityGroups[0]?.GroupId,
  )
  assert.deepEqual(
    (await call(context, 'DescribeRegions', {})).Regions?.map(({ RegionName }) => RegionName),
    ['us-east-1'],
  )
})

test('rules are added, shown both ways, and taken away', async () => {
  const context = await account()
  const { GroupId = '' } = await call(context, 'CreateSecurityGroup', {
    GroupName: 'nodes',
    Description: 'nodes',
  })
  const https = { IpProtocol: 'tcp', FromPort: 9996, ToPort: 9999, CidrIp: '127.0.0.0/16' }
  const added = await call(context, 'AuthorizeSecurityGroupIngress', { GroupId, ...https })
  const rule = added.SecurityGroupRules?.[0]
  assert.match(rule?.SecurityGroupRuleId ?? '', /^sgr-[0-9a-f]{17}$/)
  assert.equal(
    await refused(call(context, 'AuthorizeSecurityGroupIngress', { GroupId, ...https })),
    'InvalidPermission.Duplicate: the specified rule "peer: 127.0.0.0/16, TCP, from port: 9996, to port: 9999, ALLOW" already exists',
  )
  const { SecurityGroups = [] } = await call(context, 'DescribeSecurityGroups', { GroupIds: [GroupId] })
  assert.deepEqual(SecurityGroups[0]?.IpPermissions, [
    {
      IpProtocol: 'tcp',
      FromPort: 9996,
      ToPort: 9999,
      IpRanges: [{ CidrIp: '127.0.0.0/16' }],
      Ipv6Ranges: [],
      UserIdGroupPairs: [],
      PrefixListIds: [],
    },
  ])
  const { SecurityGroupRules = [] } = await call(context, 'DescribeSecurityGroupRules', {
    Filters: [{ Name: 'group-id', Values: [GroupId] }],
  })
  assert.deepEqual(
    new Set(SecurityGroupRules.map(({ IsEgress, CidrIpv4 }) => `${IsEgress} ${CidrIpv4}`)),
    new Set(['false 127.0.0.0/16', 'true 0.0.0.0/0']),
  )
  await call(context, 'RevokeSecurityGroupIngress', {
    GroupId,
    SecurityGroupRuleIds: [rule?.SecurityGroupRuleId ?? ''],
  })
  assert.match(
    await refused(call(context, 'RevokeSecurityGroupIngress', { GroupId, ...https })),
    /^InvalidPermission.NotFound/,
  )
})

test('descriptions of rules change, by what rules say and by their ids, and rules stay what they are', async () => {
  const context = await account()
  const { GroupId = '' } = await call(context, 'CreateSecurityGroup', {
    GroupName: 'nodes',
    Description: 'nodes',
  })
  const ports = { IpProtocol: 'tcp', FromPort: 9996, ToPort: 9996 }
  const from = (Description?: string) => [
    {
      ...ports,
      IpRanges: [{ CidrIp: '127.0.0.0/16', ...(Description === undefined ? {} : { Description }) }],
    },
  ]
  await call(context, 'AuthorizeSecurityGroupIngress', { GroupId, IpPermissions: from('psql') })
  const shown = async (): Promise<(string | undefined)[]> => {
    const Filters = [{ Name: 'group-id', Values: [GroupId] }]
    const { SecurityGroupRules = [] } = await call(context, 'DescribeSecurityGroupRules', { Filters })
    const rule = SecurityGroupRules.find(({ IsEgress }) => IsEgress === false)
    return [rule?.SecurityGroupRuleId, rule?.CidrIpv4, rule?.Description]
  }
  const [id = '', ...first] = await shown()
  assert.deepEqual(first, ['127.0.0.0/16', 'psql'])
  const update = 'UpdateSecurityGroupRuleDescriptionsIngress'
  await call(context, update, { GroupId, IpPermissions: from('ODBC') })
  assert.deepEqual(await shown(), [id, '127.0.0.0/16', 'ODBC'])
  const SecurityGroupRuleDescriptions = [{ SecurityGroupRuleId: id, Description: 'BI tools' }]
  await call(context, update, { GroupId, SecurityGroupRuleDescriptions })
  assert.deepEqual(await shown(), [id, '127.0.0.0/16', 'BI tools'])
  await call(context, update, { GroupId, IpPermissions: from() })
  assert.deepEqual(await shown(), [id, '127.0.0.0/16', undefined])
  const all = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'anywhere' }] }]
  await call(context, 'UpdateSecurityGroupRuleDescriptionsEgress', { GroupId, IpPermissions: all })
  const { SecurityGroups = [] } = await call(context, 'DescribeSecurityGroups', { GroupIds: [GroupId] })
  assert.equal(SecurityGroups[0]?.IpPermissionsEgress?.[0]?.IpRanges?.[0]?.Description, 'anywhere')

  const elsewhere = [{ ...ports, IpRanges: [{ CidrIp: '127.1.0.0/16', Description: 'x' }] }]
  const refusals: [object, RegExp][] = [
    [{ GroupId, IpPermissions: elsewhere }, /^InvalidPermission\.NotFound/],
    [
      { GroupId, SecurityGroupRuleDescriptions: [{ SecurityGroupRuleId: 'sgr-0' }] },
      /^InvalidSecurityGroupRuleId/,
    ],
    [{ GroupId }, /^InvalidParameterCombination/],
    [{ GroupId: 'sg-none', IpPermissions: from('x') }, /^InvalidGroup\.NotFound/],
  ]
  for (const [input, expected] of refusals)
    assert.match(await refused(call(context, update, input)), expected)
  assert.deepEqual(await shown(), [id, '127.0.0.0/16', undefined])
})

test('rules that make no sense are refused', async () => {
  const context = await account()
  const { GroupId = '' } = await call(context, 'CreateSecurityGroup', {
    GroupName: 'nodes',
    Description: 'nodes',
  })
  const { revision } = context.store.read()
  const tcp = { GroupId, IpProtocol: 'tcp', FromPort: 1, ToPort: 2, CidrIp: '127.0.0.0/16' }
  const cases = [
    [{ ...tcp, CidrIp: '127.0.0.1/16' }, /malformed/],
    [{ ...tcp, FromPort: 3 }, /port range/],
    [{ ...tcp, IpProtocol: 'tpc' }, /Unknown protocol/],
    [{ GroupId }, /^MissingParameter/],
    [
      { GroupId, IpPermissions: [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-none' }] }] },
      /^InvalidGroup.NotFound/,
    ],
    [{ ...tcp, GroupId: 'sg-none' }, /^InvalidGroup.NotFound/],
  ] as const
  for (const [input, says] of cases)
    assert.match(
      await refused(call(context, 'AuthorizeSecurityGroupIngress', input as { GroupId: string })),
      says,
    )
  assert.equal(context.store.read().revision, revision)
})

test('what is used stays', async () => {
  const context = await account()
  const { Vpc } = await call(context, 'CreateVpc', { CidrBlock: '127.2.0.0/16' })
  const VpcId = Vpc?.VpcId ?? ''
  const { Subnet } = await call(context, 'CreateSubnet', {
    VpcId,
    CidrBlock: '127.2.0.0/24',
    AvailabilityZone: 'us-east-1b',
  })
  assert.match(
    await refused(call(context, 'CreateSubnet', { VpcId, CidrBlock: '127.2.0.128/25' })),
    /^InvalidSubnet.Conflict/,
  )
  assert.match(
    await refused(call(context, 'CreateSubnet', { VpcId, CidrBlock: '127.3.0.0/24' })),
    /^InvalidSubnet.Range/,
  )
  assert.match(await refused(call(context, 'DeleteVpc', { VpcId })), /^DependencyViolation/)
  const user = Buffer.from('catalogFile: /c.sql').toString('base64')
  const run = {
    ImageId: 'everport-node',
    MinCount: 1,
    MaxCount: 1,
    UserData: user,
    SubnetId: Subnet?.SubnetId,
  }
  const { Instances } = await call(context, 'RunInstances', run)
  const SubnetId = Subnet?.SubnetId ?? ''
  assert.match(await refused(call(context, 'DeleteSubnet', { SubnetId })), /^DependencyViolation/)
  await call(context, 'TerminateInstances', { InstanceIds: [Instances?.[0]?.InstanceId ?? ''] })
  await call(context, 'DeleteSubnet', { SubnetId })
  await call(context, 'DeleteVpc', { VpcId })
  assert.match(await refused(call(context, 'DescribeVpcs', { VpcIds: [VpcId] })), /^InvalidVpcID.NotFound/)
})

test('elastic addresses differ, also those that are asked for at the same time', async () => {
  const context = await account()
  const made = await Promise.all([1, 2, 3].map(() => call(context, 'AllocateAddress', { Domain: 'vpc' })))
  assert.deepEqual(
    new Set(made.map(({ PublicIp }) => PublicIp)),
    new Set(['127.1.0.4', '127.1.0.5', '127.1.0.6']),
  )
  const AllocationId = made[0]?.AllocationId ?? ''
  await call(context, 'CreateTags', { Resources: [AllocationId], Tags: [{ Key: 'Name', Value: 'front' }] })
  const { Addresses } = await call(context, 'DescribeAddresses', {
    Filters: [{ Name: 'tag:Name', Values: ['front'] }],
  })
  assert.deepEqual(
    Addresses?.map(one => one.AllocationId),
    [AllocationId],
  )
  const names = async () =>
    (await call(context, 'DescribeAddresses', { AllocationIds: [AllocationId] })).Addresses?.[0]?.Tags
  await call(context, 'DeleteTags', { Resources: [AllocationId], Tags: [{ Key: 'Name', Value: 'other' }] })
  assert.deepEqual(await names(), [{ Key: 'Name', Value: 'front' }])
  await call(context, 'DeleteTags', { Resources: [AllocationId], Tags: [{ Key: 'Name' }] })
  assert.deepEqual(await names(), [])
  await call(context, 'ReleaseAddress', { AllocationId })
  assert.match(
    await refused(call(context, 'ReleaseAddress', { AllocationId })),
    /^InvalidAllocationID.NotFound/,
  )
  assert.match(
    await refused(call(context, 'CreateTags', { Resources: ['x-1'], Tags: [{ Key: 'a' }] })),
    /^InvalidID/,
  )
  assert.match(await refused(call(context, 'DeleteTags', { Resources: ['x-1'] })), /^InvalidID/)
})
