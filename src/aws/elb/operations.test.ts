import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as sdk from '@aws-sdk/client-elastic-load-balancing'
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2'
import { certificateKey } from '../../resources/certificates.ts'
import {
  classicCertificate as certificate,
  classicName as name,
  classicTcp as tcp,
  classicWorld as world,
} from '../../testing/classic-world.ts'
import { refusal } from '../../testing/elbv2-world.ts'

const [a, b] = ['i-0000000a', 'i-0000000b']

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
