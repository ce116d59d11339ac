import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as sdk from '@aws-sdk/client-elastic-load-balancing'
import { type BalancerStatus, balancerStatusKey } from '../../resources/status.ts'
import {
  classicCertificate as certificate,
  classicName as name,
  classicWorld as world,
} from '../../testing/classic-world.ts'
import { refusal } from '../../testing/elbv2-world.ts'
import { finishedDeregistrations } from '../elbv2/finish-deregistrations.ts'

const [a, b] = ['i-0000000a', 'i-0000000b']

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
  const tell = async (zone: string, State?: 'healthy' | 'unhealthy' | 'initial'): Promise<void> => {
    const key = balancerStatusKey('old', zone)
    const value: BalancerStatus = {
      engine: 'userspace',
      engineReason: '',
      listeners: [],
      targets:
        State === undefined
          ? []
          : [
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
  // It lives, and has not looked yet.
  await tell('us-east-1b')
  assert.deepEqual(await told(), [[a, 'OutOfService', 'ELB']])
  await tell('us-east-1b', 'initial')
  assert.deepEqual(await told(), [[a, 'OutOfService', 'ELB']])
  await tell('us-east-1b', 'unhealthy')
  assert.deepEqual(await told(a, b), [
    [a, 'OutOfService', 'Instance'],
    [b, 'OutOfService', 'N/A'],
  ])
  assert.match(await refusal(told('i-0000000c')), /^InvalidEndPoint/)
})
