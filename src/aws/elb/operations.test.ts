import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as sdk from '@aws-sdk/client-elastic-load-balancing'
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2'
import { balancerSnapshot } from '../../balancer/selection/balancer-snapshot.ts'
import { certificateKey } from '../../resources/certificates.ts'
import { type SubnetDocument, subnetKey } from '../../resources/network.ts'
import { type BalancerStatus, balancerStatusKey } from '../../resources/status.ts'
import { awsWorld } from '../../testing/aws-world.ts'
import { refusal } from '../../testing/elbv2-world.ts'
import { networkDocuments } from '../../testing/network-documents.ts'
import { finishedDeregistrations } from '../elbv2/finish-deregistrations.ts'
import type { DataPlanes } from '../operation.ts'

const certificate = 'arn:aws:acm:us-east-1:123456789012:certificate/c'
const [a, b] = ['i-0000000a', 'i-0000000b']
const name = { LoadBalancerName: 'old' }
const tcp: sdk.Listener = { Protocol: 'TCP', LoadBalancerPort: 9996, InstancePort: 19996 }
const creation = { ...name, Listeners: [tcp], Subnets: ['subnet-a'] }

async function world(dataPlanes?: DataPlanes) {
  const { world: api, clientSettings } = awsWorld(dataPlanes === undefined ? {} : { dataPlanes })
  const { store } = api
  await store.commit([], [...networkDocuments(), { key: certificateKey(certificate), value: {} }])
  for (const letter of ['a', 'b']) {
    const key = subnetKey(`subnet-${letter}`)
    const value = store.read().get<SubnetDocument>(key)?.value
    assert.ok(value)
    await store.commit([], [{ key, value: { Subnet: { ...value.Subnet, DefaultForAz: true } } }])
  }
  const settings = await clientSettings()
  const client = new sdk.ElasticLoadBalancingClient(settings)
  return {
    store,
    client,
    v2: new elbv2.ElasticLoadBalancingV2Client(settings),
    create: (changed: Partial<sdk.CreateLoadBalancerCommandInput> = {}) =>
      client.send(new sdk.CreateLoadBalancerCommand({ ...creation, ...changed })),
    register: (...ids: string[]) =>
      client.send(
        new sdk.RegisterInstancesWithLoadBalancerCommand({
          ...name,
          Instances: ids.map(InstanceId => ({ InstanceId })),
        }),
      ),
    deregister: (...ids: string[]) =>
      client.send(
        new sdk.DeregisterInstancesFromLoadBalancerCommand({
          ...name,
          Instances: ids.map(InstanceId => ({ InstanceId })),
        }),
      ),
    listen: (...Listeners: sdk.Listener[]) =>
      client.send(new sdk.CreateLoadBalancerListenersCommand({ ...name, Listeners })),
    modify: (LoadBalancerAttributes: sdk.LoadBalancerAttributes) =>
      client.send(new sdk.ModifyLoadBalancerAttributesCommand({ ...name, LoadBalancerAttributes })),
    described: async () => {
      const told = await client.send(new sdk.DescribeLoadBalancersCommand({ LoadBalancerNames: ['old'] }))
      return told.LoadBalancerDescriptions?.[0]
    },
    run: () => balancerSnapshot(store.read(), 'old', 'us-east-1a'),
  }
}

test('a Classic load balancer is told as it was made, with AWS’s defaults', async () => {
  const { create, register, described } = await world()
  const { DNSName } = await create()
  await register(a, b)
  const told = await described()
  assert.match(DNSName ?? '', /^old-[0-9a-f]{16}\.elb\.us-east-1\.amazonaws\.com$/)
  assert.equal(told?.DNSName, DNSName)
  assert.deepEqual(told?.ListenerDescriptions, [
    { Listener: { ...tcp, InstanceProtocol: 'TCP' }, PolicyNames: [] },
  ])
  assert.deepEqual(told?.HealthCheck, {
    Target: 'TCP:19996',
    Interval: 30,
    Timeout: 5,
    UnhealthyThreshold: 2,
    HealthyThreshold: 10,
  })
  assert.deepEqual([told?.AvailabilityZones, told?.Subnets], [['us-east-1a'], ['subnet-a']])
  assert.deepEqual([told?.SecurityGroups, told?.SourceSecurityGroup?.GroupName], [['sg-1'], 'default'])
  assert.deepEqual(told?.Instances, [{ InstanceId: a }, { InstanceId: b }])
  assert.ok(told?.CreatedTime instanceof Date)
})

test('the same again is the answer, and deletion leaves nothing, twice', async () => {
  const { create, client, store, register } = await world()
  const before = store.read().list('').length
  const first = await create({ Tags: [{ Key: 'a', Value: '1' }] })
  const revision = store.read().revision
  assert.equal((await create()).DNSName, first.DNSName)
  assert.equal(store.read().revision, revision)
  await register(a)
  for (let again = 0; again < 2; again++) await client.send(new sdk.DeleteLoadBalancerCommand(name))
  assert.equal(store.read().list('').length, before)
})

test('what cannot be is refused by AWS’s code, and nothing is changed', async () => {
  const { create, client, store, v2, register, deregister, listen, modify } = await world()
  await create()
  await v2.send(new elbv2.CreateLoadBalancerCommand({ Name: 'new', Type: 'network', Subnets: ['subnet-a'] }))
  const revision = store.read().revision
  const check = (changed: Partial<sdk.HealthCheck>) =>
    client.send(
      new sdk.ConfigureHealthCheckCommand({
        ...name,
        HealthCheck: {
          Target: 'TCP:1',
          Interval: 10,
          Timeout: 5,
          HealthyThreshold: 2,
          UnhealthyThreshold: 2,
          ...changed,
        },
      }),
    )
  const unknown = { LoadBalancerName: 'nobody' }
  const cases: [Promise<unknown>, RegExp][] = [
    [
      create({ Subnets: ['subnet-b'] }),
      /^DuplicateAccessPointName.*: Load Balancer named 'old' already exists/,
    ],
    [create({ LoadBalancerName: 'new' }), /^DuplicateAccessPointName/],
    [create({ LoadBalancerName: 'x', Listeners: [] }), /A listener must be specified$/],
    [create({ LoadBalancerName: 'x', Subnets: undefined }), /Either AvailabilityZones or SubnetIds/],
    [
      create({ LoadBalancerName: 'x', AvailabilityZones: ['us-east-1a'] }),
      /Only one of SubnetIds or AvailabilityZones/,
    ],
    [create({ LoadBalancerName: 'x', Subnets: ['subnet-9'] }), /^SubnetNotFound/],
    [create({ LoadBalancerName: 'x', SecurityGroups: ['sg-9'] }), /^InvalidSecurityGroup/],
    [create({ LoadBalancerName: 'x', Scheme: 'secret' }), /^InvalidScheme/],
    [create({ LoadBalancerName: 'a_b' }), /^ValidationError/],
    [
      client.send(new sdk.DescribeLoadBalancersCommand({ LoadBalancerNames: ['nobody'] })),
      /^AccessPointNotFound.*: There is no ACTIVE Load Balancer named 'nobody'$/,
    ],
    [client.send(new sdk.DescribeInstanceHealthCommand(unknown)), /^AccessPointNotFound/],
    [client.send(new sdk.DescribeInstanceHealthCommand({ LoadBalancerName: 'new' })), /^AccessPointNotFound/],
    [
      listen({ ...tcp, InstancePort: 1 }),
      /^DuplicateListener.*: A listener already exists for old with LoadBalancerPort 9996, but with a different/,
    ],
    [listen({ ...tcp, LoadBalancerPort: 1, Protocol: 'UDP' }), /^UnsupportedProtocol/],
    [listen({ ...tcp, LoadBalancerPort: 1, InstanceProtocol: 'HTTP' }), /^UnsupportedProtocol/],
    [listen({ ...tcp, LoadBalancerPort: 0 }), /^ValidationError: Load balancer port '0'/],
    [listen({ ...tcp, LoadBalancerPort: 1, Protocol: 'SSL' }), /A certificate must be specified/],
    [
      listen({ ...tcp, LoadBalancerPort: 1, Protocol: 'SSL', SSLCertificateId: 'arn:x' }),
      /^CertificateNotFound/,
    ],
    [listen({ ...tcp, LoadBalancerPort: 1, SSLCertificateId: certificate }), /cannot be specified/],
    [
      client.send(
        new sdk.SetLoadBalancerListenerSSLCertificateCommand({
          ...name,
          LoadBalancerPort: 9996,
          SSLCertificateId: certificate,
        }),
      ),
      /^InvalidConfigurationRequest.*has no certificate/,
    ],
    [
      client.send(
        new sdk.SetLoadBalancerListenerSSLCertificateCommand({
          ...name,
          LoadBalancerPort: 1,
          SSLCertificateId: certificate,
        }),
      ),
      /^ListenerNotFound/,
    ],
    [register('i-0000000c'), /^InvalidEndPoint.*: Could not find EC2 instance i-0000000c\.$/],
    [deregister(a), /^InvalidEndPoint/],
    [check({ Target: 'nonsense' }), /^ValidationError: HealthCheck Target 'nonsense'/],
    [check({ Target: 'HTTP:80' }), /must have a path: 'HTTP:80\/'$/],
    [check({ Target: 'TCP:80/x' }), /cannot have a path/],
    [check({ Target: 'TCP:65536' }), /^ValidationError/],
    [check({ Target: 'SSL:443' }), /^InvalidConfigurationRequest.*is not served here/],
    [check({ Timeout: 10 }), /HealthCheck timeout '10' must be less than interval '10'$/],
    [check({ HealthyThreshold: 11 }), /^ValidationError/],
    [modify({ AccessLog: { Enabled: true } }), /^InvalidConfigurationRequest.*Access logs/],
    [modify({ ConnectionDraining: { Enabled: true, Timeout: 3_601 } }), /between '1-3600' inclusive$/],
    [modify({ ConnectionSettings: { IdleTimeout: 0 } }), /^ValidationError/],
    [modify({ AdditionalAttributes: [{ Key: 'nonsense', Value: 'x' }] }), /'nonsense' is not supported$/],
    [
      client.send(new sdk.DetachLoadBalancerFromSubnetsCommand({ ...name, Subnets: ['subnet-a'] })),
      /^InvalidConfigurationRequest.*one Availability Zone at least$/,
    ],
    [
      client.send(new sdk.DetachLoadBalancerFromSubnetsCommand({ ...name, Subnets: ['subnet-b'] })),
      /^InvalidConfigurationRequest.*is not in 'subnet-b'/,
    ],
    [
      client.send(
        new sdk.EnableAvailabilityZonesForLoadBalancerCommand({ ...name, AvailabilityZones: ['moon-1a'] }),
      ),
      /Invalid Availability Zone: moon-1a/,
    ],
    [
      client.send(new sdk.ApplySecurityGroupsToLoadBalancerCommand({ ...name, SecurityGroups: [] })),
      /at least one security group|^ValidationError/,
    ],
  ]
  for (const [pending, expected] of cases) assert.match(await refusal(pending), expected)
  assert.equal(store.read().revision, revision)
})

test('the balancers run what was asked for: listeners, groups and the one health check', async () => {
  const { create, client, register, listen, modify, run } = await world()
  await create()
  await register(a)
  await listen(
    { Protocol: 'http', LoadBalancerPort: 80, InstancePort: 8080 },
    {
      Protocol: 'SSL',
      LoadBalancerPort: 443,
      InstancePort: 19996,
      InstanceProtocol: 'TCP',
      SSLCertificateId: certificate,
    },
  )
  await client.send(
    new sdk.ConfigureHealthCheckCommand({
      ...name,
      HealthCheck: {
        Target: 'HTTP:9090/health/ready',
        Interval: 6,
        Timeout: 3,
        HealthyThreshold: 3,
        UnhealthyThreshold: 4,
      },
    }),
  )
  await modify({
    CrossZoneLoadBalancing: { Enabled: true },
    ConnectionSettings: { IdleTimeout: 7 },
    ConnectionDraining: { Enabled: true, Timeout: 20 },
  })
  const { listeners, targetGroups } = run()
  assert.deepEqual(
    listeners
      .map(({ port, protocol, idleTimeoutMs, http, forward }) => [
        port,
        protocol,
        http?.idleTimeoutMs ?? idleTimeoutMs,
        forward.map(({ targetGroup }) => targetGroup),
      ])
      .sort(([x], [y]) => Number(x) - Number(y)),
    [
      [80, 'HTTP', 7_000, ['old.HTTP.8080']],
      [443, 'TLS', 7_000, ['old.TCP.19996']],
      [9996, 'TCP', 7_000, ['old.TCP.19996']],
    ],
  )
  assert.equal(listeners.find(({ port }) => port === 80)?.http?.http2, false)
  assert.deepEqual(
    targetGroups.map(({ name: group, targets, crossZone, http }) => [
      group,
      targets.map(({ id, port }) => [id, port]),
      crossZone,
      http?.algorithm,
    ]),
    [
      ['old.HTTP.8080', [[a, 8080]], true, 'least_outstanding_requests'],
      ['old.TCP.19996', [[a, 19996]], true, undefined],
    ],
  )
  for (const { health, deregistrationDelayMs, resetsAfterDeregistration } of targetGroups) {
    assert.equal(health.protocol, 'HTTP')
    assert.deepEqual([health.port, health.path, health.matcher], [9090, '/health/ready', [[200, 200]]])
    assert.deepEqual([health.intervalMs, health.timeoutMs], [6_000, 3_000])
    assert.deepEqual([health.healthyThreshold, health.unhealthyThreshold], [3, 4])
    assert.deepEqual([deregistrationDelayMs, resetsAfterDeregistration], [20_000, true])
  }
  await client.send(new sdk.DeleteLoadBalancerListenersCommand({ ...name, LoadBalancerPorts: [80, 5] }))
  assert.deepEqual(
    run().targetGroups.map(group => group.name),
    ['old.TCP.19996'],
  )
})

test('an instance that is deregistered drains, and serves again when it is registered again', async () => {
  const { create, register, deregister, modify, run, store } = await world()
  await create()
  await modify({ ConnectionDraining: { Enabled: true, Timeout: 20 } })
  await register(a, b)
  const draining = () =>
    run()
      .targetGroups.flatMap(({ targets }) => targets)
      .map(({ id, deregistering }) => [id, deregistering])
  assert.deepEqual((await deregister(a)).Instances, [{ InstanceId: b }])
  assert.deepEqual(draining(), [
    [a, true],
    [b, false],
  ])
  const now = Date.now()
  assert.equal(finishedDeregistrations(store.read(), now).length, 0)
  assert.equal(finishedDeregistrations(store.read(), now + 21_000).length, 1)
  // Another change leaves it draining, for as long as it was to.
  const before = store.read().list('elbv2/target/old.TCP.19996/')
  await modify({ ConnectionSettings: { IdleTimeout: 9 } })
  assert.deepEqual(store.read().list('elbv2/target/old.TCP.19996/'), before)
  await register(a)
  assert.deepEqual(draining(), [
    [a, false],
    [b, false],
  ])
})

test('instance health is what the balancers that live tell, the worst of them', async () => {
  const alive = new Set<string>()
  const { create, client, register, store } = await world({
    isAlive: key => alive.has(key),
    haveApplied: () => true,
    whenApplied: async () => undefined,
  })
  await create({ Subnets: ['subnet-a', 'subnet-b'] })
  await register(a)
  const told = async (...ids: string[]): Promise<unknown> => {
    const Instances = ids.map(InstanceId => ({ InstanceId }))
    const { InstanceStates } = await client.send(
      new sdk.DescribeInstanceHealthCommand({ ...name, Instances }),
    )
    return InstanceStates?.map(({ InstanceId, State, ReasonCode }) => [InstanceId, State, ReasonCode])
  }
  assert.deepEqual(await told(), [[a, 'Unknown', 'ELB']])
  const tell = async (zone: string, State: 'healthy' | 'unhealthy' | 'initial'): Promise<void> => {
    const key = balancerStatusKey('old', zone)
    const value: BalancerStatus = {
      heartbeat: 1,
      appliedRevision: 1,
      engine: 'userspace',
      engineReason: '',
      listeners: [],
      targets: [
        {
          TargetGroupArn: 'arn',
          Target: { Id: a, Port: 19996, AvailabilityZone: zone },
          TargetHealth: { State },
          Evidence: '',
        },
      ],
    }
    await store.commit([], [{ key, value }])
    alive.add(key)
  }
  await tell('us-east-1a', 'healthy')
  assert.deepEqual(await told(), [[a, 'InService', 'N/A']])
  await tell('us-east-1b', 'initial')
  assert.deepEqual(await told(), [[a, 'OutOfService', 'ELB']])
  await tell('us-east-1b', 'unhealthy')
  assert.deepEqual(await told(a, b), [
    [a, 'OutOfService', 'Instance'],
    [b, 'OutOfService', 'N/A'],
  ])
  assert.match(await refusal(told('i-0000000c')), /^InvalidEndPoint/)
})

test('zones, subnets, security groups, certificates and tags change; addresses of what goes are free', async () => {
  const { create, client, described, listen, run, store } = await world()
  await create({ Subnets: undefined, AvailabilityZones: ['us-east-1a'] })
  const zones = { ...name, AvailabilityZones: ['us-east-1a', 'us-east-1b'] }
  const enabled = await client.send(new sdk.EnableAvailabilityZonesForLoadBalancerCommand(zones))
  assert.deepEqual(enabled.AvailabilityZones, ['us-east-1a', 'us-east-1b'])
  assert.equal(store.read().list('ec2/private-address/').length, 2)
  const disabled = await client.send(
    new sdk.DisableAvailabilityZonesForLoadBalancerCommand({ ...name, AvailabilityZones: ['us-east-1a'] }),
  )
  assert.deepEqual(disabled.AvailabilityZones, ['us-east-1b'])
  assert.equal(store.read().list('ec2/private-address/').length, 1)
  const attached = await client.send(
    new sdk.AttachLoadBalancerToSubnetsCommand({ ...name, Subnets: ['subnet-a'] }),
  )
  assert.deepEqual(attached.Subnets, ['subnet-b', 'subnet-a'])
  await client.send(new sdk.DetachLoadBalancerFromSubnetsCommand({ ...name, Subnets: ['subnet-b'] }))
  assert.deepEqual((await described())?.AvailabilityZones, ['us-east-1a'])
  await client.send(new sdk.ApplySecurityGroupsToLoadBalancerCommand({ ...name, SecurityGroups: ['sg-1'] }))
  assert.deepEqual((await described())?.SecurityGroups, ['sg-1'])

  const other = `${certificate}2`
  await store.commit([], [{ key: certificateKey(other), value: {} }])
  await listen({ ...tcp, Protocol: 'SSL', LoadBalancerPort: 443, SSLCertificateId: certificate })
  await client.send(
    new sdk.SetLoadBalancerListenerSSLCertificateCommand({
      ...name,
      LoadBalancerPort: 443,
      SSLCertificateId: other,
    }),
  )
  assert.deepEqual(
    run()
      .listeners.find(({ port }) => port === 443)
      ?.tls?.certificates.map(({ arn }) => arn),
    [other],
  )

  const LoadBalancerNames = ['old']
  const tags = { LoadBalancerNames, Tags: [{ Key: 'a', Value: '1' }, { Key: 'b' }] }
  await client.send(new sdk.AddTagsCommand(tags))
  await client.send(new sdk.RemoveTagsCommand({ LoadBalancerNames, Tags: [{ Key: 'b' }, { Key: 'c' }] }))
  const { TagDescriptions } = await client.send(new sdk.DescribeTagsCommand({ LoadBalancerNames }))
  assert.deepEqual(TagDescriptions, [{ LoadBalancerName: 'old', Tags: [{ Key: 'a', Value: '1' }] }])
  const twice = new sdk.AddTagsCommand({ LoadBalancerNames, Tags: [{ Key: 'a' }, { Key: 'a' }] })
  assert.match(await refusal(client.send(twice)), /^DuplicateTagKeys/)
})

test('the two APIs share an endpoint and know nothing of each other’s load balancers but their names', async () => {
  const { create, client, v2 } = await world()
  await create()
  await v2.send(new elbv2.CreateLoadBalancerCommand({ Name: 'new', Type: 'network', Subnets: ['subnet-a'] }))
  const ours = await client.send(new sdk.DescribeLoadBalancersCommand({}))
  assert.deepEqual(
    ours.LoadBalancerDescriptions?.map(({ LoadBalancerName }) => LoadBalancerName),
    ['old'],
  )
  const theirs = await v2.send(new elbv2.DescribeLoadBalancersCommand({}))
  assert.deepEqual(
    theirs.LoadBalancers?.map(({ LoadBalancerName }) => LoadBalancerName),
    ['new'],
  )
  assert.deepEqual((await v2.send(new elbv2.DescribeTargetGroupsCommand({}))).TargetGroups, [])
  const cases: [Promise<unknown>, RegExp][] = [
    [v2.send(new elbv2.DescribeLoadBalancersCommand({ Names: ['old'] })), /^LoadBalancerNotFound/],
    [v2.send(new elbv2.DescribeTargetGroupsCommand({ Names: ['old.TCP.19996'] })), /^TargetGroupNotFound/],
    [
      v2.send(new elbv2.CreateLoadBalancerCommand({ Name: 'old', Type: 'network', Subnets: ['subnet-a'] })),
      /^DuplicateLoadBalancerName/,
    ],
  ]
  for (const [pending, expected] of cases) assert.match(await refusal(pending), expected)
  await client.send(new sdk.DeleteLoadBalancerCommand({ LoadBalancerName: 'new' }))
  assert.equal((await v2.send(new elbv2.DescribeLoadBalancersCommand({}))).LoadBalancers?.length, 1)
})
