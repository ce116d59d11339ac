import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStore } from '../store/memory-store.ts'
import { commitPlanned } from './commit-planned.ts'

test('of many that count at once none is lost: each decides again from what the others wrote', async () => {
  const store = memoryStore()
  const count = (): Promise<unknown> =>
    commitPlanned(store, snapshot => {
      const value = { n: (snapshot.get<{ n: number }>('count')?.value.n ?? 0) + 1 }
      return { changes: [{ key: 'count', value }], answer: value.n }
    })
  await Promise.all(Array.from({ length: 20 }, count))
  assert.deepEqual(store.read().get('count')?.value, { n: 20 })
})

test('a document that the decision rests on is guarded though it is not written', async () => {
  const store = memoryStore()
  await store.commit([], [{ key: 'group', value: {} }])
  let plans = 0
  const refused = commitPlanned(store, snapshot => {
    plans++
    if (snapshot.get('group') === undefined) throw new Error('gone')
    void store.commit([], [{ key: 'group', value: undefined }])
    return { changes: [{ key: 'listener', value: {} }], unchanged: ['group'], answer: undefined }
  })
  await assert.rejects(refused, /gone/)
  assert.equal(plans, 2)
  assert.equal(store.read().get('listener'), undefined)
})

test('nothing to change is no commit', async () => {
  const store = memoryStore()
  assert.deepEqual(await commitPlanned(store, () => ({ changes: [], answer: 'same' })), {
    answer: 'same',
    revision: 0,
  })
})
