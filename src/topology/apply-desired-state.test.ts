import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EverportError } from '../base/errors.ts'
import type { InstanceDocument } from '../resources/instances.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { Store } from '../store/store.ts'
import { applyDesiredState } from './apply-desired-state.ts'
import { desired } from './desired-document.ts'

const instance = (state: 'running' | 'stopped', address = '127.0.1.11') =>
  desired('ec2/instance/i-1', { DesiredState: state, Instance: { PrivateIpAddress: address } })

test('what the file says is put; what it no longer says is deleted; the same word again is no commit', async () => {
  const store = memoryStore()
  const first = await applyDesiredState(store, [desired('a', { x: 1, y: 2 }), desired('b', { x: 2 })])
  assert.deepEqual(first, { revision: 1, put: ['a', 'b'], deleted: [] })
  const same = await applyDesiredState(store, [desired('b', { x: 2 }), desired('a', { y: 2, x: 1 })])
  assert.deepEqual(same, { revision: 1, put: [], deleted: [] })
  const next = await applyDesiredState(store, [desired('b', { x: 3 })])
  assert.deepEqual(next, { revision: 2, put: ['b'], deleted: ['a'] })
  assert.equal(store.read().get('a'), undefined)
  assert.deepEqual(store.read().get('b')?.value, { x: 3 })
})

test('documents that never came from the file are not touched', async () => {
  const store = memoryStore()
  await store.commit(
    [],
    [
      { key: 'elbv2/target/by-api', value: { made: 'by API' } },
      { key: 'status/x', value: {} },
    ],
  )
  await applyDesiredState(store, [desired('a', {})])
  await applyDesiredState(store, [])
  assert.deepEqual(
    store
      .read()
      .list('')
      .map(document => document.key),
    ['elbv2/target/by-api', 'status/x', 'topology/applied'],
  )
})

test('an operator’s change stays until the file changes that document', async () => {
  const store = memoryStore()
  const said = [desired('a', { x: 1 }), desired('b', { x: 1 })]
  await applyDesiredState(store, said)
  await store.commit(
    [],
    [
      { key: 'a', value: { x: 'by hand' } },
      { key: 'b', value: undefined },
    ],
  )
  await applyDesiredState(store, said)
  assert.deepEqual(store.read().get('a')?.value, { x: 'by hand' })
  assert.equal(store.read().get('b'), undefined)
  await applyDesiredState(store, [desired('a', { x: 2 }), desired('b', { x: 1 })])
  assert.deepEqual(store.read().get('a')?.value, { x: 2 })
})

test('a stopped instance stays stopped when the file changes it', async () => {
  const store = memoryStore()
  await applyDesiredState(store, [instance('running')])
  await store.commit([], [{ key: 'ec2/instance/i-1', value: instance('stopped').value }])
  await applyDesiredState(store, [instance('running', '127.0.1.12')])
  const after = store.read().get<InstanceDocument>('ec2/instance/i-1')?.value
  assert.equal(after?.DesiredState, 'stopped')
  assert.equal(after.Instance.PrivateIpAddress, '127.0.1.12')
})

/** A store in which somebody else writes `key` before each of the first `times` commits. */
function contended(store: Store, key: string, times: number): Store {
  let left = times
  return {
    ...store,
    commit: async (guards, changes) => {
      if (left-- > 0) await store.commit([], [{ key, value: { by: 'another', left } }])
      return store.commit(guards, changes)
    },
  }
}

test('a conflict is tried again with what is there now', async () => {
  const store = memoryStore()
  await applyDesiredState(contended(store, 'a', 3), [desired('a', { x: 1 })])
  assert.deepEqual(store.read().get('a')?.value, { x: 1 })
})

test('an endless conflict ends, and nothing was written', async () => {
  const store = memoryStore()
  await assert.rejects(
    applyDesiredState(contended(store, 'a', 1_000), [desired('a', { x: 1 }), desired('b', {})]),
    (error: unknown) => error instanceof EverportError && error.code === 'state_error',
  )
  assert.equal(store.read().get('b'), undefined)
})
