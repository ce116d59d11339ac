import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { TargetDocument, TargetGroupDocument } from '../resources/load-balancing.ts'
import { targetGroupKey } from '../resources/load-balancing.ts'
import { beatingKeys } from '../resources/status-owners.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { Change, Snapshot, Store } from '../store/store.ts'
import { applyDesiredState } from '../topology/apply-desired-state.ts'
import { desiredState } from '../topology/desired-state.ts'
import { readTopology } from '../topology/read-topology.ts'

/** What examples/active-passive.yaml makes, before any process has said anything. */
export async function exampleStore(): Promise<Store> {
  const { topology } = readTopology(
    readFileSync('examples/active-passive.yaml', 'utf8'),
    'example',
    () => true,
  )
  assert.ok(topology)
  const store = memoryStore()
  await applyDesiredState(
    store,
    desiredState(topology, { folder: '/', catalogFile: '/c.sql', passwordFolder: undefined }),
  )
  return store
}

/** What every process of the example says when all is well. */
export function allWell(snapshot: Snapshot): Change[] {
  const running = { state: 'running', restarts: 0, since: '2026-01-01T00:00:00Z' }
  const roles = ['control', 'dns-1', 'dns-2']
  const changes: Change[] = [
    { key: 'status/control', value: { appliedRevision: 1 } },
    { key: 'status/agent', value: {} },
    ...['dns-1', 'dns-2'].map(name => ({
      key: `status/dns/${name}`,
      value: {
        at: '127.0.0.1:5300',
        failover: { 'data.demo.test': { answered: 'active', reason: 'PRIMARY is healthy' } },
      },
    })),
  ]
  for (const cluster of ['active', 'passive']) {
    for (const letter of ['a', 'b']) {
      const zone = `us-east-1${letter}`
      roles.push(`balancer-${cluster}-${letter}`, `node-${cluster}-${letter}-1`)
      changes.push({ key: `status/balancer/${cluster}/${zone}`, value: balancerStatus(snapshot, cluster) })
    }
  }
  for (const { key } of snapshot.list('ec2/instance/'))
    changes.push({
      key: key.replace('ec2/instance', 'status/node'),
      value: { ready: true, reason: '', sessions: 2, activeQueries: 1 },
    })
  return [...changes, ...roles.map(role => ({ key: `status/process/${role}`, value: running }))]
}

/** They beat, and then they say it, as roles do. */
export async function say(store: Store, changes: readonly Change[]): Promise<void> {
  const keys = changes.flatMap(({ key, value }) => (value === undefined ? [] : [key]))
  for (const key of new Set([...keys, ...beatingKeys(store.read())])) {
    const heartbeat = (store.heartbeats.last(key)?.heartbeat ?? 0) + 1
    store.heartbeats.beat(key, { heartbeat, appliedRevision: 1 })
  }
  await store.commit([], changes)
}

/** One balancer's word, with every target in one state. */
export function balancerStatus(snapshot: Snapshot, cluster: string, state = 'healthy') {
  const targets = snapshot.list<TargetDocument>(`elbv2/target/${cluster}-`).map(({ key, value }) => ({
    TargetGroupArn: snapshot.get<TargetGroupDocument>(targetGroupKey(key.split('/')[2] ?? ''))?.value
      .TargetGroup.TargetGroupArn,
    Target: { ...value.Target, AvailabilityZone: 'us-east-1a' },
    TargetHealth:
      state === 'healthy' ? { State: state } : { State: state, Description: 'Health checks failed' },
    Evidence: state === 'healthy' ? '' : 'connect refused',
  }))
  const listeners = [
    { port: 9996, activeConnections: 3, newConnections: 10 },
    { port: 9090, activeConnections: 1, newConnections: 5 },
  ]
  return { engine: 'userspace', engineReason: 'default', listeners, targets }
}
