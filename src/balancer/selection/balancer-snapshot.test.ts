import assert from 'node:assert/strict'
import { test } from 'node:test'
import { initialVerdict, type Verdict } from '../../health/verdict.ts'
import type { InstanceDocument } from '../../resources/instances.ts'
import type {
  Attributes,
  ListenerDocument,
  LoadBalancerDocument,
  TargetDocument,
  TargetGroupDocument,
} from '../../resources/load-balancing.ts'
import { memoryStore } from '../../store/memory-store.ts'
import { clusterDocuments } from '../../testing/cluster-documents.ts'
import { balancerSnapshot } from './balancer-snapshot.ts'
import { stateChangesAt, targetState } from './target-state.ts'

const known = (verdict: Verdict | undefined, nowMs = 0) => ({ verdict, isCheckerSick: false, nowMs })

async function snapshotOf(documents: Record<string, object>, zone = 'a') {
  const store = memoryStore()
  await store.commit(
    [],
    Object.entries(documents).map(([key, value]) => ({ key, value })),
  )
  return balancerSnapshot(store.read(), 'active', zone)
}

test('which flows are told: what the load balancer says, and a sample where it says nothing that we know', async () => {
  const key = 'elbv2/load-balancer/active'
  const wishOf = async (also: Attributes) => {
    const documents = clusterDocuments()
    const found = documents[key] as LoadBalancerDocument
    const changed = { ...found, Attributes: { ...found.Attributes, ...also } }
    return (await snapshotOf({ ...documents, [key]: changed })).flowLog
  }
  assert.equal(await wishOf({}), 'sample')
  assert.equal(await wishOf({ 'everport.flow_log': 'off' }), 'off')
  assert.equal(await wishOf({ 'everport.flow_log': 'on' }), 'on')
  assert.equal(await wishOf({ 'everport.flow_log': 'everything' }), 'sample')
})

test('a cluster of two zones: listeners, groups, and targets by the address of their instances', async () => {
  const snapshot = await snapshotOf(clusterDocuments())
  assert.equal(snapshot.address, '127.0.1.1')
  assert.equal(snapshot.revision, 1)
  assert.deepEqual(snapshot.listeners, [
    {
      port: 9090,
      protocol: 'TCP',
      idleTimeoutMs: 350_000,
      udpIdleTimeoutMs: 120_000,
      isGroupSticky: false,
      forward: [{ targetGroup: 'active-web', weight: 1 }],
    },
    {
      port: 9996,
      protocol: 'TCP',
      idleTimeoutMs: 350_000,
      udpIdleTimeoutMs: 120_000,
      isGroupSticky: false,
      forward: [{ targetGroup: 'active-odbc', weight: 1 }],
    },
  ])
  const group = snapshot.targetGroups.find(({ name }) => name === 'active-odbc')
  assert.equal(group?.probeHost, '127.0.1.1:9996')
  assert.equal(group?.crossZone, false)
  assert.equal(group?.health.intervalMs, 250)
  assert.deepEqual(group?.targets, [
    {
      key: 'active-odbc/i-a:9996',
      id: 'i-a',
      address: '127.0.1.11',
      port: 9996,
      zone: 'a',
      weight: 1,
      deregistering: false,
      process: 'node-active-a-1',
    },
    {
      key: 'active-odbc/i-b:9996',
      id: 'i-b',
      address: '127.0.1.21',
      port: 9996,
      zone: 'b',
      weight: 1,
      deregistering: false,
      process: 'node-active-b-1',
    },
  ])
  assert.ok(Object.isFrozen(group?.targets))
  assert.equal((await snapshotOf(clusterDocuments(), 'b')).address, '127.0.1.2')
})

test('a zone or load balancer that is not there has no listeners', async () => {
  assert.deepEqual((await snapshotOf(clusterDocuments(), 'z')).listeners, [])
  assert.deepEqual((await snapshotOf({})).targetGroups, [])
})

test('what cannot be sent to says why, in AWS words', async () => {
  const documents = clusterDocuments()
  const instance = documents['ec2/instance/i-a'] as InstanceDocument
  documents['ec2/instance/i-a'] = { ...instance, DesiredState: 'stopped' }
  documents['ec2/instance/i-c'] = {
    ...instance,
    Instance: { ...instance.Instance, InstanceId: 'i-c', Placement: { AvailabilityZone: 'c' } },
  }
  for (const id of ['i-c', 'i-gone'])
    documents[`elbv2/target/active-odbc/${id}:9996`] = {
      Target: { Id: id, Port: 9996 },
    } satisfies TargetDocument
  const target = documents['elbv2/target/active-odbc/i-b:9996'] as TargetDocument
  documents['elbv2/target/active-odbc/i-b:9996'] = { ...target, DeregisteredAt: '2026-01-01T00:00:00Z' }
  delete documents['elbv2/listener/active/9090']

  const snapshot = await snapshotOf(documents)
  const states = snapshot.targetGroups.flatMap(group =>
    group.targets.map(candidate => {
      const { state, reason, description } = targetState(group, candidate, known(undefined))
      return [candidate.key, state, reason, description].join(' | ')
    }),
  )
  assert.deepEqual(states, [
    'active-odbc/i-a:9996 | unused | Target.InvalidState | Target is in the stopped state',
    'active-odbc/i-b:9996 | draining | Target.DeregistrationInProgress | Target deregistration is in progress',
    'active-odbc/i-c:9996 | unused | Target.NotInUse | Target is in an Availability Zone that is not enabled for the load balancer',
    'active-odbc/i-gone:9996 | unused | Target.InvalidState | Target is in the terminated state',
    'active-web/i-a:9090 | unused | Target.InvalidState | Target is in the stopped state',
    'active-web/i-b:9090 | unused | Target.NotInUse | Target group is not configured to receive traffic from the load balancer',
  ])
})

test('attributes of groups, load balancer and listeners are read, nonsense is the default', async () => {
  const documents = clusterDocuments()
  const group = documents['elbv2/target-group/active-odbc'] as TargetGroupDocument
  const listener = documents['elbv2/listener/active/9996'] as ListenerDocument
  const withAttributes = (attributes: Record<string, string>, balancer: Record<string, string> = {}) => ({
    ...documents,
    'elbv2/load-balancer/active': { ...documents['elbv2/load-balancer/active'], Attributes: balancer },
    'elbv2/target-group/active-odbc': { ...group, Attributes: attributes },
    'elbv2/listener/active/9996': { ...listener, Attributes: { 'tcp.idle_timeout.seconds': '60' } },
  })
  const read = async (attributes: Record<string, string>, balancer: Record<string, string> = {}) => {
    const snapshot = await snapshotOf(withAttributes(attributes, balancer))
    const found = snapshot.targetGroups.find(({ name }) => name === 'active-odbc')
    assert.ok(found)
    return { ...found, listener: snapshot.listeners.find(({ port }) => port === 9996) }
  }
  const off = await read({
    'target_health_state.unhealthy.connection_termination.enabled': 'false',
    'target_health_state.unhealthy.draining_interval_seconds': '300',
    'deregistration_delay.timeout_seconds': '5',
    'deregistration_delay.connection_termination.enabled': 'true',
    'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '2',
    'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': 'off',
  })
  assert.deepEqual(
    [
      off.resetsWhenUnhealthy,
      off.unhealthyDrainingMs,
      off.deregistrationDelayMs,
      off.resetsAfterDeregistration,
    ],
    [false, 300_000, 5_000, true],
  )
  assert.deepEqual([off.healthyCountMin, off.healthyPercentMin], [2, 0])
  assert.equal(off.listener?.idleTimeoutMs, 60_000)

  const cross = 'load_balancing.cross_zone.enabled'
  assert.equal((await read({}, { [cross]: 'true' })).crossZone, true)
  assert.equal(
    (await read({ [cross]: 'use_load_balancer_configuration' }, { [cross]: 'true' })).crossZone,
    true,
  )
  assert.equal((await read({ [cross]: 'false' }, { [cross]: 'true' })).crossZone, false)
})

test('weighted forwarding is read as data', async () => {
  const documents = clusterDocuments()
  const listener = documents['elbv2/listener/active/9996'] as ListenerDocument
  documents['elbv2/listener/active/9996'] = {
    ...listener,
    Listener: {
      ...listener.Listener,
      DefaultActions: [
        {
          Type: 'forward',
          ForwardConfig: {
            TargetGroups: [
              { TargetGroupArn: 'arn:active-odbc', Weight: 90 },
              { TargetGroupArn: 'arn:active-web', Weight: 10 },
              { TargetGroupArn: 'arn:gone', Weight: 10 },
            ],
          },
        },
      ],
    },
  }
  const snapshot = await snapshotOf(documents)
  assert.deepEqual(snapshot.listeners.find(({ port }) => port === 9996)?.forward, [
    { targetGroup: 'active-odbc', weight: 90 },
    { targetGroup: 'active-web', weight: 10 },
  ])
})

test('the state of a target follows its verdict', async () => {
  const group = (await snapshotOf(clusterDocuments())).targetGroups[0]
  const target = group?.targets[0]
  assert.ok(group && target)
  const judged = (more: Partial<Verdict>): Verdict => ({ ...initialVerdict(0), ...more })
  const stateOf = (verdict: Verdict, nowMs = 0, graceful = group): string =>
    targetState(graceful, target, known(verdict, nowMs)).state
  assert.equal(stateOf(judged({})), 'initial')
  assert.deepEqual(targetState(group, target, known(judged({ state: 'healthy' }))), { state: 'healthy' })
  assert.equal(stateOf(judged({ state: 'unhealthy' })), 'unhealthy')
  assert.equal(stateOf(judged({ state: 'unhealthy', forced: 'dead' })), 'unhealthy')
  assert.equal(stateOf(judged({ state: 'unhealthy', forced: 'stopping' })), 'unhealthy.draining')
  const graceful = { ...group, resetsWhenUnhealthy: false, unhealthyDrainingMs: 1_000 }
  assert.equal(stateOf(judged({ state: 'unhealthy' }), 999, graceful), 'unhealthy.draining')
  assert.equal(stateOf(judged({ state: 'unhealthy' }), 1_000, graceful), 'unhealthy')
})

test('slow start is a matter of time since the target turned healthy, in ten steps', async () => {
  const group = (await snapshotOf(clusterDocuments())).targetGroups[0]
  const target = group?.targets[0]
  assert.ok(group && target)
  const slow = { ...group, slowStartMs: 1_000 }
  const verdict: Verdict = { ...initialVerdict(0), state: 'healthy' }
  const shares = [0, 99, 100, 550, 899, 900, 5_000].map(
    nowMs => targetState(slow, target, known(verdict, nowMs)).sharePercent ?? 100,
  )
  assert.deepEqual(shares, [10, 10, 20, 60, 90, 100, 100])
  assert.deepEqual(
    [0, 99, 550, 1_000].map(nowMs => stateChangesAt(slow, verdict, nowMs)),
    [100, 100, 600, undefined],
  )
})

test('without a verdict, a balancer that cannot trust its checks says so', async () => {
  const group = (await snapshotOf(clusterDocuments())).targetGroups[0]
  const target = group?.targets[0]
  assert.ok(group && target)
  const sick = { ...known(initialVerdict(0)), isCheckerSick: true }
  assert.deepEqual(targetState(group, target, sick), {
    state: 'unavailable',
    reason: 'Elb.InternalError',
    description: 'Health checks failed due to an internal error',
  })
})
