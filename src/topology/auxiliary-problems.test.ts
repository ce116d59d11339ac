import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type InstanceDocument, instanceKey } from '../resources/instances.ts'
import { targetKey } from '../resources/load-balancing.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { Store } from '../store/store.ts'
import { applyDesiredState } from './apply-desired-state.ts'
import { auxiliaryProblems } from './auxiliary-problems.ts'
import { desiredState } from './desired-state.ts'
import { readTopology } from './read-topology.ts'
import { instanceId } from './resource-ids.ts'

const [nodeA, nodeB] = ['active-a-1', 'active-b-1'].map(name => instanceId('demo', name)) as [string, string]

async function exampleStore(): Promise<Store> {
  const { topology } = readTopology(
    readFileSync('examples/active-passive.yaml', 'utf8'),
    't.yaml',
    () => true,
  )
  assert.ok(topology)
  const store = memoryStore()
  await applyDesiredState(
    store,
    desiredState(topology, { catalogFile: '/srv/catalog.sql', folder: '/srv', passwordFolder: undefined }),
  )
  assert.deepEqual(auxiliaryProblems(store.read()), [])
  return store
}

async function alter(store: Store, id: string, change: Partial<InstanceDocument['UserData']>): Promise<void> {
  const document = store.read().get<InstanceDocument>(instanceKey(id))?.value
  assert.ok(document)
  const value = { ...document, UserData: { ...document.UserData, ...change } }
  await store.commit([], [{ key: instanceKey(id), value }])
}

test('a node that advertises its own address, or another node’s', async () => {
  const store = await exampleStore()
  await alter(store, nodeA, { advertisedHost: '127.0.1.11' })
  assert.deepEqual(auxiliaryProblems(store.read()), [
    'active-a-1 advertises 127.0.1.11, the address of itself: clients go past the balancer',
  ])
  await alter(store, nodeA, { advertisedHost: '127.0.1.21' })
  assert.match(auxiliaryProblems(store.read())[0] ?? '', /the address of active-b-1/)
})

test('two nodes of a cluster with one auxiliary port; in two clusters they may have the same', async () => {
  const store = await exampleStore()
  await alter(store, nodeB, { ports: { runtime: 9999, auxiliary: 19_997, odbc: 9996, web: 9090 } })
  const problems = auxiliaryProblems(store.read())
  assert.equal(problems.length, 1)
  assert.match(problems[0] ?? '', /have the same auxiliary port 19997/)
})

test('both nodes in one auxiliary target group', async () => {
  const store = await exampleStore()
  const key = targetKey('active-aux-19997', nodeB, 19_997)
  await store.commit([], [{ key, value: { Target: { Id: nodeB, Port: 19_997 } } }])
  assert.deepEqual(auxiliaryProblems(store.read()), [
    'target group active-aux-19997 holds active-b-1 on 19997, the auxiliary port of active-a-1: a client that was sent there reaches the wrong node',
  ])
})
