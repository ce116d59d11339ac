import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { type BalancerStatus, balancerStatusKey } from '../../resources/status.ts'
import { awsWorld } from '../../testing/aws-world.ts'
import { refusal } from '../../testing/elbv2-world.ts'
import { networkDocuments } from '../../testing/network-documents.ts'
import type { DataPlanes } from '../operation.ts'
import { finishedDeregistrations } from './finish-deregistrations.ts'

async function world(dataPlanes?: DataPlanes) {
  const { world: api, elbv2 } = awsWorld(dataPlanes === undefined ? {} : { dataPlanes })
  await api.store.commit([], networkDocuments())
  return { store: api.store, client: await elbv2() }
}

const nlb: sdk.CreateLoadBalancerCommandInput = {
  Name: 'active',
  Type: 'network',
  Subnets: ['subnet-a', 'subnet-b'],
}
const group = { Name: 'odbc', Protocol: 'TCP', Port: 9996, VpcId: 'vpc-1' } as const

async function built(client: sdk.ElasticLoadBalancingV2Client) {
  const { LoadBalancers } = await client.send(new sdk.CreateLoadBalancerCommand(nlb))
  const { TargetGroups } = await client.send(new sdk.CreateTargetGroupCommand(group))
  const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn ?? ''
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? ''
  const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }]
  const listener = { LoadBalancerArn, Port: 9996, Protocol: 'TCP' as const, DefaultActions }
  const { Listeners } = await client.send(new sdk.CreateListenerCommand(listener))
  return {
    LoadBalancerArn,
    TargetGroupArn,
    ListenerArn: Listeners?.[0]?.ListenerArn ?? '',
    listener,
    created: LoadBalancers?.[0],
  }
}

test('a load balancer has a name, an ARN of its type, and one address in each zone that it keeps', async () => {
  const { client } = await world()
  const { created, ListenerArn, TargetGroupArn } = await built(client)
  assert.match(
    created?.LoadBalancerArn ?? '',
    /^arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer\/net\/active\/[0-9a-f]{16}$/,
  )
  assert.match(ListenerArn, /:listener\/net\/active\/[0-9a-f]{16}\/[0-9a-f]{16}$/)
  assert.match(TargetGroupArn, /:targetgroup\/odbc\/[0-9a-f]{16}$/)
  assert.match(created?.DNSName ?? '', /^active-[0-9a-f]{16}\.elb\.us-east-1\.amazonaws\.com$/)
  assert.equal(created?.State?.Code, 'provisioning')
  assert.ok(created?.CreatedTime instanceof Date)
  const addresses = created?.AvailabilityZones?.map(zone => [
    zone.ZoneName,
    zone.LoadBalancerAddresses?.[0]?.IpAddress,
  ])
  assert.deepEqual(addresses, [
    ['us-east-1a', '127.0.16.4'],
    ['us-east-1b', '127.0.17.4'],
  ])
})

test('the same again is the answer, something else under the name a duplicate', async () => {
  const { client, store } = await world()
  const { LoadBalancerArn, TargetGroupArn, ListenerArn, listener } = await built(client)
  const revision = store.read().revision
  const again = await built(client)
  assert.deepEqual(
    [again.LoadBalancerArn, again.TargetGroupArn, again.ListenerArn],
    [LoadBalancerArn, TargetGroupArn, ListenerArn],
  )
  assert.equal(store.read().revision, revision)
  const refusals: [Promise<unknown>, RegExp][] = [
    [
      client.send(new sdk.CreateLoadBalancerCommand({ ...nlb, Subnets: ['subnet-a'] })),
      /^DuplicateLoadBalancerName.*: A load balancer with the same name 'active' exists, but with different settings$/,
    ],
    [client.send(new sdk.CreateTargetGroupCommand({ ...group, Port: 1 })), /^DuplicateTargetGroupName/],
    [client.send(new sdk.CreateListenerCommand({ ...listener, Protocol: 'UDP' })), /^IncompatibleProtocols/],
    [
      client.send(new sdk.CreateListenerCommand({ ...listener, Tags: [{ Key: 'a', Value: 'b' }] })),
      /^DuplicateListener/,
    ],
  ]
  for (const [pending, expected] of refusals) assert.match(await refusal(pending), expected)
})

test('what cannot be is refused by AWS’s code and sentence, and nothing is changed', async () => {
  const { client, store } = await world()
  const { LoadBalancerArn, TargetGroupArn, ListenerArn, listener } = await built(client)
  const other = await client.send(new sdk.CreateLoadBalancerCommand({ ...nlb, Name: 'other' }))
  const otherArn = other.LoadBalancers?.[0]?.LoadBalancerArn
  const gone = TargetGroupArn.replace(/.$/, 'x')
  const revision = store.read().revision
  const long = 'x'.repeat(33)
  const cases: [Promise<unknown>, RegExp][] = [
    [
      client.send(new sdk.CreateTargetGroupCommand({ ...group, Name: long })),
      /^ValidationError: Target group name 'x{33}' cannot be longer than '32' characters$/,
    ],
    [
      client.send(new sdk.CreateTargetGroupCommand({ ...group, Name: 'a_b' })),
      /can only contain characters that are alphanumeric characters or hyphens\(-\)$/,
    ],
    [
      client.send(new sdk.CreateTargetGroupCommand({ ...group, Name: '-a' })),
      /cannot begin or end with '-'$/,
    ],
    [
      client.send(new sdk.CreateTargetGroupCommand({ Name: 'x', Port: 1, VpcId: 'vpc-1' })),
      /^ValidationError: A protocol must be specified$/,
    ],
    [
      client.send(new sdk.CreateTargetGroupCommand({ Name: 'x', Protocol: 'TCP', Port: 1 })),
      /A VPC ID must be specified$/,
    ],
    [client.send(new sdk.CreateTargetGroupCommand({ ...group, Name: 'x', VpcId: 'vpc-9' })), /vpc-9/],
    [
      client.send(
        new sdk.CreateTargetGroupCommand({
          ...group,
          Name: 'x',
          HealthCheckIntervalSeconds: 5,
          HealthCheckTimeoutSeconds: 6,
        }),
      ),
      /Health check timeout '6' must be smaller than or equal to the interval '5'$/,
    ],
    [
      client.send(new sdk.CreateTargetGroupCommand({ ...group, Name: 'x', Port: 0 })),
      /^ValidationError: 1 validation error detected: Value '0' at 'port'/,
    ],
    [client.send(new sdk.CreateLoadBalancerCommand({ ...nlb, Name: 'internal-x' })), /internal-/],
    [
      client.send(new sdk.CreateLoadBalancerCommand({ Name: 'x', Subnets: ['subnet-a'] })),
      /^ValidationError: At least two subnets in two different Availability Zones must be specified$/,
    ],
    [
      client.send(
        new sdk.CreateLoadBalancerCommand({ ...nlb, Name: 'x', Subnets: ['subnet-a', 'subnet-a'] }),
      ),
      /multiple subnets in the same Availability Zone/,
    ],
    [
      client.send(new sdk.CreateLoadBalancerCommand({ ...nlb, Name: 'x', Subnets: ['subnet-9'] })),
      /^SubnetNotFound/,
    ],
    [
      client.send(new sdk.CreateLoadBalancerCommand({ ...nlb, Name: 'x', SecurityGroups: ['sg-9'] })),
      /^InvalidSecurityGroup/,
    ],
    [
      client.send(
        new sdk.CreateLoadBalancerCommand({
          Name: 'x',
          Type: 'network',
          SubnetMappings: [{ SubnetId: 'subnet-a', AllocationId: 'eipalloc-9' }],
        }),
      ),
      /^AllocationIdNotFound/,
    ],
    [
      client.send(new sdk.CreateListenerCommand({ ...listener, LoadBalancerArn: otherArn, Port: 1 })),
      /^TargetGroupAssociationLimit.*: The following target groups cannot be associated with more than one load balancer/,
    ],
    [
      client.send(new sdk.CreateListenerCommand({ ...listener, Protocol: 'HTTP', Port: 1 })),
      /Listener protocol 'HTTP' must be one of 'TCP, TLS, UDP, TCP_UDP'$/,
    ],
    [
      client.send(
        new sdk.CreateListenerCommand({ ...listener, Port: 1, DefaultActions: [{ Type: 'fixed-response' }] }),
      ),
      /^InvalidLoadBalancerAction/,
    ],
    [
      client.send(new sdk.CreateListenerCommand({ ...listener, Port: 1, Protocol: 'TLS' })),
      /certificate must be specified/,
    ],
    [
      client.send(new sdk.DeleteTargetGroupCommand({ TargetGroupArn })),
      /^ResourceInUse.*: Target group '.*' is currently in use by a listener or a rule$/,
    ],
    [client.send(new sdk.DescribeTargetGroupsCommand({ TargetGroupArns: [gone] })), /^ValidationError/],
    [
      client.send(new sdk.DescribeTargetGroupsCommand({ Names: ['nobody'] })),
      /^TargetGroupNotFound.*: One or more target groups not found$/,
    ],
    [
      client.send(new sdk.DescribeListenersCommand({})),
      /You must specify either listener ARNs or a load balancer ARN$/,
    ],
    [
      client.send(
        new sdk.ModifyLoadBalancerAttributesCommand({
          LoadBalancerArn,
          Attributes: [{ Key: 'nonsense', Value: 'x' }],
        }),
      ),
      /^ValidationError: Load balancer attribute key 'nonsense' is not recognized$/,
    ],
    [
      client.send(
        new sdk.ModifyLoadBalancerAttributesCommand({
          LoadBalancerArn,
          Attributes: [{ Key: 'health_check_logs.s3.enabled', Value: 'x' }],
        }),
      ),
      /^InvalidConfigurationRequest.*: Load balancer attribute key 'health_check_logs\.s3\.enabled' is not supported on load balancers with type 'network'$/,
    ],
    [
      client.send(
        new sdk.ModifyLoadBalancerAttributesCommand({
          LoadBalancerArn,
          Attributes: [{ Key: 'everport.flow_log', Value: 'all' }],
        }),
      ),
      /^ValidationError: 'everport\.flow_log' value 'all' must be one of 'sample, on, off'$/,
    ],
    [
      client.send(
        new sdk.ModifyTargetGroupAttributesCommand({
          TargetGroupArn,
          Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '3601' }],
        }),
      ),
      /'deregistration_delay\.timeout_seconds' value '3601' must be between '0-3600' inclusive$/,
    ],
    [
      client.send(
        new sdk.RegisterTargetsCommand({
          TargetGroupArn,
          Targets: [{ Id: 'i-0000000c' }, { Id: 'i-0000000a' }],
        }),
      ),
      /^InvalidTarget.*: The following targets are not in a running state and cannot be registered: 'i-0000000c'$/,
    ],
    [
      client.send(new sdk.SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups: ['sg-1'] })),
      /without security groups$/,
    ],
    [
      client.send(new sdk.CreateRuleCommand({ ListenerArn, Priority: 1, Conditions: [], Actions: [] })),
      /dualstack/,
    ],
    [client.send(new sdk.DescribeTagsCommand({ ResourceArns: ['arn:nonsense'] })), /not a valid ARN/],
  ]
  for (const [pending, expected] of cases) assert.match(await refusal(pending), expected)
  assert.equal(store.read().revision, revision)
})

test('which flows are told is an attribute that a load balancer has when it was set', async () => {
  const { client } = await world()
  const { LoadBalancerArn } = await built(client)
  const told = async () => {
    const { Attributes } = await client.send(
      new sdk.DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }),
    )
    return Attributes?.find(({ Key }) => Key === 'everport.flow_log')?.Value
  }
  assert.equal(await told(), undefined)
  await client.send(
    new sdk.ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn,
      Attributes: [{ Key: 'everport.flow_log', Value: 'off' }],
    }),
  )
  assert.equal(await told(), 'off')
})

test('deletion: protection, what goes with it, and that it succeeds twice', async () => {
  const { client, store } = await world()
  const { LoadBalancerArn, TargetGroupArn } = await built(client)
  const protect = (Value: string) =>
    client.send(
      new sdk.ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn,
        Attributes: [{ Key: 'deletion_protection.enabled', Value }],
      }),
    )
  await protect('true')
  const remove = () => client.send(new sdk.DeleteLoadBalancerCommand({ LoadBalancerArn }))
  assert.match(await refusal(remove()), /^OperationNotPermitted.*deletion protection/)
  await protect('false')
  await client.send(
    new sdk.AddTagsCommand({
      ResourceArns: [LoadBalancerArn, TargetGroupArn],
      Tags: [{ Key: 'a', Value: '1' }],
    }),
  )
  await remove()
  await remove()
  await client.send(new sdk.RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: 'i-0000000a' }] }))
  await client.send(new sdk.DeleteTargetGroupCommand({ TargetGroupArn }))
  await client.send(new sdk.DeleteTargetGroupCommand({ TargetGroupArn }))
  const left = store
    .read()
    .list('')
    .map(({ key }) => key)
    .filter(key => key.startsWith('elbv2/') || key.startsWith('ec2/private-address/'))
  assert.deepEqual(left, [])
})

test('weighted groups, a listener that moves to another port and group, and whom groups say they serve', async () => {
  const { client } = await world()
  const { LoadBalancerArn, TargetGroupArn, ListenerArn } = await built(client)
  const web = await client.send(
    new sdk.CreateTargetGroupCommand({ ...group, Name: 'web', Port: 9090, HealthCheckProtocol: 'HTTP' }),
  )
  const webArn = web.TargetGroups?.[0]?.TargetGroupArn
  assert.deepEqual(
    [
      web.TargetGroups?.[0]?.HealthCheckTimeoutSeconds,
      web.TargetGroups?.[0]?.HealthCheckPath,
      web.TargetGroups?.[0]?.Matcher?.HttpCode,
    ],
    [6, '/', '200-399'],
  )
  const tuples = [
    { TargetGroupArn, Weight: 9 },
    { TargetGroupArn: webArn, Weight: 1 },
  ]
  await client.send(
    new sdk.ModifyListenerCommand({
      ListenerArn,
      Port: 9999,
      DefaultActions: [{ Type: 'forward', ForwardConfig: { TargetGroups: tuples } }],
    }),
  )
  const { Listeners } = await client.send(new sdk.DescribeListenersCommand({ LoadBalancerArn }))
  assert.equal(Listeners?.length, 1)
  assert.equal(Listeners?.[0]?.Port, 9999)
  assert.deepEqual(Listeners?.[0]?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups, tuples)
  await client.send(
    new sdk.ModifyListenerCommand({
      ListenerArn,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: webArn }],
    }),
  )
  const { TargetGroups } = await client.send(new sdk.DescribeTargetGroupsCommand({ LoadBalancerArn }))
  assert.deepEqual(
    TargetGroups?.map(({ TargetGroupName }) => TargetGroupName),
    ['web'],
  )
  await client.send(new sdk.DeleteTargetGroupCommand({ TargetGroupArn }))
  const rules = await client.send(new sdk.DescribeRulesCommand({ ListenerArn }))
  assert.equal(rules.Rules?.[0]?.Priority, 'default')
})

test('pages: each resource once, by marker, though one goes in between', async () => {
  const { client } = await world()
  for (let at = 0; at < 7; at++)
    await client.send(new sdk.CreateTargetGroupCommand({ ...group, Name: `group-${at}` }))
  const seen: (string | undefined)[] = []
  for await (const page of sdk.paginateDescribeTargetGroups({ client, pageSize: 2 }, {})) {
    for (const one of page.TargetGroups ?? []) {
      seen.push(one.TargetGroupName)
      await client.send(new sdk.DeleteTargetGroupCommand({ TargetGroupArn: one.TargetGroupArn }))
    }
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 7 }, (_, at) => `group-${at}`),
  )
  assert.match(
    await refusal(client.send(new sdk.DescribeTargetGroupsCommand({ Marker: '%' }))),
    /^ValidationError/,
  )
})

test('many that create at once: each name once, each address once', async () => {
  const { client } = await world()
  const names = ['x', 'y', 'x', 'y']
  const outcomes = await Promise.all(
    names.map(Name =>
      client.send(new sdk.CreateLoadBalancerCommand({ ...nlb, Name, Subnets: ['subnet-a'] })),
    ),
  )
  const arns = outcomes.map(({ LoadBalancers }) => LoadBalancers?.[0]?.LoadBalancerArn)
  assert.equal(new Set(arns).size, 2)
  const addresses = outcomes.map(
    ({ LoadBalancers }) => LoadBalancers?.[0]?.AvailabilityZones?.[0]?.LoadBalancerAddresses?.[0]?.IpAddress,
  )
  assert.equal(new Set(addresses).size, 2)
  await client.send(new sdk.CreateLoadBalancerCommand({ ...nlb, Name: 'z', Subnets: ['subnet-a'] }))
  assert.match(
    await refusal(
      client.send(new sdk.CreateLoadBalancerCommand({ ...nlb, Name: 'w', Subnets: ['subnet-a'] })),
    ),
    /^InvalidSubnet.*Not enough IP space/,
  )
})

test('elastic addresses are the load balancer’s, and subnets can be set; zones that stay keep theirs', async () => {
  const { client } = await world()
  const mapped = {
    Name: 'fixed',
    Type: 'network' as const,
    SubnetMappings: [{ SubnetId: 'subnet-a', AllocationId: 'eipalloc-1' }],
  }
  const { LoadBalancers } = await client.send(new sdk.CreateLoadBalancerCommand(mapped))
  const [created] = LoadBalancers ?? []
  assert.deepEqual(created?.AvailabilityZones?.[0]?.LoadBalancerAddresses, [
    { AllocationId: 'eipalloc-1', IpAddress: '127.0.99.1' },
  ])
  assert.match(
    await refusal(client.send(new sdk.CreateLoadBalancerCommand({ ...mapped, Name: 'second' }))),
    /^ResourceInUse/,
  )
  const { AvailabilityZones } = await client.send(
    new sdk.SetSubnetsCommand({
      LoadBalancerArn: created?.LoadBalancerArn,
      Subnets: ['subnet-a', 'subnet-b'],
    }),
  )
  assert.deepEqual(
    AvailabilityZones?.map(zone => zone.LoadBalancerAddresses?.[0]?.IpAddress),
    ['127.0.99.1', '127.0.17.4'],
  )
})

test('target health is what balancers that live tell, the worst of the zones', async () => {
  const alive = new Set<string>()
  const { client, store } = await world({
    isAlive: key => alive.has(key),
    haveApplied: () => true,
    whenApplied: () => Promise.resolve(),
  })
  const { TargetGroupArn, LoadBalancerArn } = await built(client)
  const states = async (Targets?: sdk.TargetDescription[]) => {
    const input = { TargetGroupArn, ...(Targets === undefined ? {} : { Targets }) }
    const { TargetHealthDescriptions } = await client.send(new sdk.DescribeTargetHealthCommand(input))
    return TargetHealthDescriptions?.map(
      ({ Target, TargetHealth }) => `${Target?.Id} ${TargetHealth?.State} ${TargetHealth?.Reason ?? ''}`,
    )
  }
  await client.send(
    new sdk.RegisterTargetsCommand({
      TargetGroupArn,
      Targets: [{ Id: 'i-0000000a' }, { Id: 'i-0000000b', Port: 7 }],
    }),
  )
  assert.deepEqual(await states(), [
    'i-0000000a unavailable Elb.InternalError',
    'i-0000000b unavailable Elb.InternalError',
  ])
  const tell = async (zone: string, State?: sdk.TargetHealthStateEnum) => {
    const key = balancerStatusKey('active', zone)
    alive.add(key)
    const status: BalancerStatus = {
      engine: 'test',
      engineReason: '',
      listeners: [],
      targets:
        State === undefined
          ? []
          : [
              {
                TargetGroupArn,
                Target: { Id: 'i-0000000a', Port: 9996, AvailabilityZone: zone },
                TargetHealth: { State },
                Evidence: '',
              },
            ],
    }
    await store.commit([], [{ key, value: status }])
  }
  await tell('us-east-1a', 'healthy')
  assert.deepEqual(await states(), ['i-0000000a healthy ', 'i-0000000b initial Elb.RegistrationInProgress'])
  const describe = () =>
    client.send(new sdk.DescribeLoadBalancersCommand({ LoadBalancerArns: [LoadBalancerArn] }))
  assert.equal((await describe()).LoadBalancers?.[0]?.State?.Code, 'provisioning')
  // It lives, and has not looked yet: who waits for targets in service must wait for it.
  await tell('us-east-1b')
  assert.deepEqual(await states([{ Id: 'i-0000000a' }]), ['i-0000000a initial Elb.RegistrationInProgress'])
  await tell('us-east-1b', 'unhealthy')
  assert.equal((await describe()).LoadBalancers?.[0]?.State?.Code, 'active')
  assert.deepEqual(await states([{ Id: 'i-0000000a' }, { Id: 'i-0000000b' }]), [
    'i-0000000a unhealthy ',
    'i-0000000b unused Target.NotRegistered',
  ])
})

test('deregistration answers when every balancer that lives has applied it, drains, ends, and can be taken back', async () => {
  let applied: (() => void) | undefined
  const whenApplied = () => new Promise<void>(resolve => void (applied = resolve))
  const { client, store } = await world({ isAlive: () => true, haveApplied: () => true, whenApplied })
  const { TargetGroupArn } = await built(client)
  const targets = { TargetGroupArn, Targets: [{ Id: 'i-0000000a' }] }
  await client.send(new sdk.RegisterTargetsCommand(targets))
  let isAnswered = false
  const pending = client.send(new sdk.DeregisterTargetsCommand(targets)).then(() => void (isAnswered = true))
  while (applied === undefined) await new Promise(resolve => setImmediate(resolve))
  assert.equal(isAnswered, false)
  applied()
  await pending
  const key = 'elbv2/target/odbc/i-0000000a:9996'
  assert.ok(store.read().get<{ DeregisteredAt?: string }>(key)?.value.DeregisteredAt)
  assert.deepEqual(finishedDeregistrations(store.read(), Date.now()), [])
  assert.deepEqual(
    finishedDeregistrations(store.read(), Date.now() + 301_000).map(({ change }) => change.key),
    [key],
  )
  await client.send(new sdk.RegisterTargetsCommand(targets))
  assert.equal(store.read().get<{ DeregisteredAt?: string }>(key)?.value.DeregisteredAt, undefined)
})

test('tags: added, replaced, removed; and keys of ours beside AWS’s among attributes', async () => {
  const { client } = await world()
  const { TargetGroupArn, ListenerArn } = await built(client)
  const ResourceArns = [TargetGroupArn, ListenerArn]
  await client.send(new sdk.AddTagsCommand({ ResourceArns, Tags: [{ Key: 'a', Value: '1' }, { Key: 'b' }] }))
  await client.send(new sdk.AddTagsCommand({ ResourceArns, Tags: [{ Key: 'a', Value: '2' }] }))
  await client.send(new sdk.RemoveTagsCommand({ ResourceArns: [ListenerArn], TagKeys: ['a', 'c'] }))
  const { TagDescriptions } = await client.send(new sdk.DescribeTagsCommand({ ResourceArns }))
  assert.deepEqual(
    TagDescriptions?.map(({ Tags }) => Tags),
    [
      [
        { Key: 'a', Value: '2' },
        { Key: 'b', Value: '' },
      ],
      [{ Key: 'b', Value: '' }],
    ],
  )
  assert.match(
    await refusal(client.send(new sdk.AddTagsCommand({ ResourceArns, Tags: [{ Key: 'a' }, { Key: 'a' }] }))),
    /^DuplicateTagKeys/,
  )
  const key = 'everport.health_check.interval_milliseconds'
  const { Attributes } = await client.send(
    new sdk.ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes: [{ Key: key, Value: '250' }] }),
  )
  assert.equal(Attributes?.find(({ Key }) => Key === key)?.Value, '250')
})

test('a SQL probe of a target group needs a check of type TCP and a user, and no PROXY header', async () => {
  const { world: api, elbv2 } = awsWorld()
  await api.store.commit([], networkDocuments())
  const client = await elbv2()
  const { TargetGroupArn } = await built(client)
  const prefix = 'everport.health_check'
  const modify = (given: Record<string, string>) =>
    client.send(
      new sdk.ModifyTargetGroupAttributesCommand({
        TargetGroupArn,
        Attributes: Object.entries(given).map(([Key, Value]) => ({ Key, Value })),
      }),
    )
  const sql = { [`${prefix}.probe`]: 'sql', [`${prefix}.sql.user`]: 'checker' }
  assert.match(await refusal(modify({ [`${prefix}.probe`]: 'nosql' })), /must be one of 'connect, sql'/)
  assert.match(await refusal(modify({ [`${prefix}.probe`]: 'sql' })), /needs the attribute '.*\.sql\.user'/)
  assert.match(await refusal(modify({ ...sql, 'proxy_protocol_v2.enabled': 'true' })), /cannot be used with/)
  const file = `${prefix}.sql.password_file`
  // What is not a path may be the password itself, and is not repeated.
  for (const value of ['s3cret', 'etc/checker', '/etc/che\ncker']) {
    const told = await refusal(modify({ ...sql, [file]: value }))
    assert.match(
      told,
      /'everport\.health_check\.sql\.password_file' must be the absolute path of a file, or empty/,
    )
    assert.ok(!told.includes(value), told)
  }
  const old = await refusal(modify({ ...sql, [`${prefix}.sql.password`]: 's3cret' }))
  assert.match(old, /Target group attribute key 'everport\.health_check\.sql\.password' is not recognized/)
  assert.doesNotMatch(old, /s3cret/)
  const { Attributes } = await modify({ ...sql, [file]: '/etc/checker' })
  assert.equal(Attributes?.find(({ Key }) => Key === `${prefix}.probe`)?.Value, 'sql')
  assert.equal(Attributes?.find(({ Key }) => Key === file)?.Value, '/etc/checker')
  for (const value of ['/srv/checker', '/etc/../srv/checker', '/etcetera/checker', '/etc']) {
    const told = await refusal(modify({ ...sql, [file]: value }))
    assert.match(
      told,
      /'everport\.health_check\.sql\.password_file' must be the path of a file in \/etc, the one/,
    )
    assert.ok(!told.includes(`${value} `) || value === '/etc', told)
  }
  const kept = await client.send(new sdk.DescribeTargetGroupAttributesCommand({ TargetGroupArn }))
  assert.equal(kept.Attributes?.find(({ Key }) => Key === file)?.Value, '/etc/checker')
  const cleared = await modify({ [file]: '' })
  assert.equal(cleared.Attributes?.find(({ Key }) => Key === file)?.Value, '')
  await client.send(new sdk.ModifyTargetGroupCommand({ TargetGroupArn, HealthCheckProtocol: 'HTTP' }))
  assert.match(await refusal(modify(sql)), /needs health check protocol 'TCP', not 'HTTP'/)
})

test('a key’s policy decides: a reader asks, an operator registers, neither deletes', async () => {
  const { world: api, elbv2 } = awsWorld()
  await api.store.commit([], networkDocuments())
  const { TargetGroupArn } = await built(await elbv2())
  const targets = { TargetGroupArn, Targets: [{ Id: 'i-0000000a' }] }
  const [reader, operator] = [await elbv2('read-only'), await elbv2('operator')]
  await reader.send(new sdk.DescribeTargetHealthCommand({ TargetGroupArn }))
  assert.match(
    await refusal(reader.send(new sdk.RegisterTargetsCommand(targets))),
    /^AccessDenied.*elasticloadbalancing:RegisterTargets/,
  )
  await operator.send(new sdk.RegisterTargetsCommand(targets))
  assert.match(
    await refusal(operator.send(new sdk.DeleteTargetGroupCommand({ TargetGroupArn }))),
    /^AccessDenied/,
  )
})
