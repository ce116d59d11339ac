import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStore } from '../store/memory-store.ts'
import { clusterDocuments } from '../testing/cluster-documents.ts'
import { balancersBehind } from './balancers-behind.ts'
import { type BalancerStatus, balancerStatusKey } from './status.ts'

const status = (appliedRevision: number): BalancerStatus => ({
  heartbeat: 1,
  appliedRevision,
  engine: 'userspace',
  engineReason: '',
  listeners: [],
  targets: [],
})

test('behind are those that live and work by an older revision', async () => {
  const store = memoryStore()
  const changes = Object.entries(clusterDocuments()).map(([key, value]) => ({ key, value }))
  await store.commit([], changes)
  const [a, b] = [balancerStatusKey('active', 'a'), balancerStatusKey('active', 'b')]
  const behind = (revision: number, alive = [a, b], of = ['active']): string[] =>
    balancersBehind(store.read(), of, revision, key => alive.includes(key))
  assert.deepEqual(behind(5), [], 'nobody has told anything: nobody serves')
  await store.commit(
    [],
    [
      { key: a, value: status(4) },
      { key: b, value: status(5) },
    ],
  )
  assert.deepEqual(behind(4), [])
  assert.deepEqual(behind(5), ['active/a'])
  assert.deepEqual(behind(6), ['active/a', 'active/b'])
  assert.deepEqual(behind(6, [b]), ['active/b'], 'the dead are not waited for')
  assert.deepEqual(behind(6, [a, b], ['passive']), [])
})
