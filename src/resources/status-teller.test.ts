import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStore } from '../store/memory-store.ts'
import type { Change } from '../store/store.ts'
import { SimulatedClock } from '../testing/clock.ts'
import { statusTeller } from './status-teller.ts'

interface Word {
  readonly state: string
  readonly count: number
}

function world() {
  const clock = new SimulatedClock()
  const store = memoryStore()
  const told: Word[] = []
  let isTaken = true
  const publish = (change: Change): void => {
    told.push(change.value as Word)
    if (isTaken) void store.commit([], [change])
  }
  const tell = statusTeller<Word>({
    store,
    clock,
    publish,
    key: 'status/x',
    parts: [
      { of: ({ state }) => state, afterMs: 0 },
      { of: word => word, afterMs: 1_000 },
    ],
  })
  return { clock, store, told, tell, refuse: (refused: boolean) => void (isTaken = !refused) }
}

test('what anybody decides by is told at once, what is counted a little later, and what is known not again', () => {
  const { clock, told, tell } = world()
  tell({ state: 'up', count: 0 })
  tell({ state: 'up', count: 0 })
  clock.advance(999)
  tell({ state: 'up', count: 1 })
  assert.deepEqual(told, [{ state: 'up', count: 0 }])
  clock.advance(1)
  tell({ state: 'up', count: 2 })
  assert.deepEqual(told.at(-1), { state: 'up', count: 2 })
  tell({ state: 'down', count: 2 })
  assert.deepEqual(told.at(-1), { state: 'down', count: 2 })
  clock.advance(10_000)
  tell({ state: 'down', count: 2 })
  assert.equal(told.length, 3)
})

test('what was not stored, or was taken away, is told again', async () => {
  const { store, told, tell, refuse } = world()
  refuse(true)
  tell({ state: 'up', count: 0 })
  refuse(false)
  tell({ state: 'up', count: 0 })
  assert.equal(told.length, 2)
  await store.commit([], [{ key: 'status/x', value: undefined }])
  tell({ state: 'up', count: 0 })
  assert.equal(told.length, 3)
  tell({ state: 'up', count: 0 })
  assert.equal(told.length, 3)
})
