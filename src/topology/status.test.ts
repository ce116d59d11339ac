import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StatusView } from '../resources/status-view.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { Change, Snapshot } from '../store/store.ts'
import { allWell, balancerStatus, exampleStore } from '../testing/status-world.ts'
import { statusView } from './status.ts'

/** The example when all is well, but for what `changes` says and for who is dead. */
async function viewWith(
  changes: (snapshot: Snapshot) => Change[],
  dead: readonly string[] = [],
): Promise<StatusView> {
  const store = await exampleStore()
  await store.commit([], allWell(store.read()))
  await store.commit([], changes(store.read()))
  return statusView(store.read(), key => store.read().get(key) !== undefined && !dead.includes(key))
}

test('all well', async () => {
  const view = await viewWith(() => [])
  assert.deepEqual(view.problems, [])
  assert.equal(view.allHealthy, true)
  assert.deepEqual(
    view.clusters.map(({ name, role, dnsName }) => [name, role, dnsName]),
    [
      ['active', 'primary', 'active.elb.demo.test'],
      ['passive', 'secondary', 'passive.elb.demo.test'],
    ],
  )
  const balancer = view.clusters[0]?.balancers[1]
  assert.deepEqual(
    [
      balancer?.roleName,
      balancer?.zone,
      balancer?.address,
      balancer?.activeConnections,
      balancer?.newConnections,
    ],
    ['balancer-active-b', 'us-east-1b', '127.0.1.2', 4, 15],
  )
  const node = view.clusters[0]?.nodes[0]
  assert.deepEqual(
    [node?.name, node?.address, node?.sessions, node?.health.length],
    ['active-a-1', '127.0.1.11', 2, 8],
  )
  assert.deepEqual(view.dns[1]?.failover, [
    { name: 'data.demo.test', answered: 'active', reason: 'PRIMARY is healthy', hold: '' },
  ])
})

test('an empty store: nothing is known, and that is said', () => {
  const view = statusView(memoryStore().read(), () => false)
  assert.equal(view.allHealthy, false)
  assert.deepEqual(view.problems, [
    'no topology has been applied yet',
    'the agent does not run: nobody restarts what dies',
    'control: unknown',
  ])
})

test('a topology without any status yet is not healthy', async () => {
  const store = await exampleStore()
  const view = statusView(store.read(), () => false)
  assert.equal(view.problems.length, 1 + 3 + 4 + 4)
})

test('a process that runs and no longer beats is unresponsive', async () => {
  const view = await viewWith(() => [], ['status/balancer/active/us-east-1a'])
  assert.equal(view.clusters[0]?.balancers[0]?.state, 'unresponsive')
  assert.deepEqual(view.problems, ['balancer-active-a: unresponsive'])
  assert.equal(view.clusters[0].nodes[0]?.healthy, true, 'the other balancer still sees it')
})

test('how a process ended before says nothing of why it hangs now', async () => {
  const process = { state: 'running', restarts: 1, since: '', reason: 'ended by SIGKILL' }
  const view = await viewWith(() => [{ key: 'status/process/dns-1', value: process }], ['status/dns/dns-1'])
  assert.deepEqual(view.problems, ['dns-1: unresponsive'])
})

test('a process that was started again runs when it has said so itself', async () => {
  const store = await exampleStore()
  await store.commit([], allWell(store.read()))
  // The agent takes away what the dead one said last; a reader's clock still holds it for alive.
  await store.commit([], [{ key: 'status/dns/dns-1', value: undefined }])
  const view = statusView(store.read(), () => true)
  assert.equal(view.dns[0]?.state, 'starting')
})

test('a topology file that is not applied is a problem though all runs', async () => {
  const refused = "shop.yaml:6:11: clusters[0].role: found 'primry', and 1 more"
  const view = await viewWith(() => [{ key: 'status/control', value: { appliedRevision: 1, refused } }])
  assert.deepEqual(view.problems, [
    `the topology file has mistakes and is not applied; the one before it holds: ${refused}`,
  ])
})

test('a failover name without a record is a problem though all runs', async () => {
  const records = (snapshot: Snapshot): string[] =>
    snapshot
      .list('route53/')
      .map(({ key }) => key)
      .filter(key => key.includes('data.demo.test'))
  const view = await viewWith(snapshot => records(snapshot).map(key => ({ key, value: undefined })))
  assert.match(view.problems.join('\n'), /^data\.demo\.test has no record, and clients do not find it/)
  const one = await viewWith(snapshot => [{ key: records(snapshot)[0] ?? '', value: undefined }])
  assert.deepEqual(one.problems, [], 'what is left of it is answered')
})

test('a dead process is told with how it ended', async () => {
  const process = { state: 'backing-off', restarts: 3, since: '', reason: 'killed by SIGKILL' }
  const view = await viewWith(() => [{ key: 'status/process/node-active-a-1', value: process }])
  assert.deepEqual(view.problems, ['node-active-a-1: backing-off (killed by SIGKILL)'])
  assert.deepEqual([view.clusters[0]?.nodes[0]?.healthy, view.clusters[0]?.nodes[0]?.restarts], [false, 3])
})

test('what an operator keeps down', async () => {
  const view = await viewWith(() => [
    { key: 'agent/hold/node-active-a-1', value: { how: 'drain' } },
    { key: 'status/process/node-active-a-1', value: { state: 'stopped', restarts: 0, since: '' } },
  ])
  assert.deepEqual(view.problems, [
    'node-active-a-1 is kept down; everport start node-active-a-1 brings it back',
  ])
})

test('a target that one balancer finds unhealthy', async () => {
  const view = await viewWith(snapshot => [
    { key: 'status/balancer/active/us-east-1b', value: balancerStatus(snapshot, 'active', 'unhealthy') },
  ])
  assert.match(
    view.problems[0] ?? '',
    /^node-active-a-1: active-[\w-]+ is unhealthy as seen from us-east-1b \(Health checks failed: connect refused\)$/,
  )
  assert.equal(view.problems.length, 2)
})

test('a target that nobody has probed is not healthy', async () => {
  const view = await viewWith(snapshot =>
    ['a', 'b'].map(letter => ({
      key: `status/balancer/active/us-east-1${letter}`,
      value: balancerStatus(snapshot, 'active', 'unused'),
    })),
  )
  assert.deepEqual(view.problems, [
    'node-active-a-1: no balancer has probed all of its targets yet',
    'node-active-b-1: no balancer has probed all of its targets yet',
  ])
})
