import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStore } from '../store/memory-store.ts'
import { SimulatedClock } from '../testing/clock.ts'
import { deafMs, heartbeatIntervalMs, heartbeatTimeoutMs } from './status.ts'
import { statusOwners } from './status-owners.ts'

const [living, dead] = ['status/balancer/a', 'status/balancer/b']

/** Two owners, of whom one has beaten until now and the other has been held for dead. */
async function world() {
  const store = memoryStore()
  const clock = new SimulatedClock()
  const owners = statusOwners(store, clock)
  await store.commit(
    [],
    [living, dead].map(key => ({ key, value: {} })),
  )
  let beats = 0
  const beat = (key: string): void => store.heartbeats.beat(key, { heartbeat: ++beats, appliedRevision: 1 })
  /** Time in which it is looked, as often as it must be. */
  const pass = (ms: number, ...beating: string[]): void => {
    for (let left = ms; left > 0; left -= heartbeatIntervalMs) {
      clock.advance(Math.min(left, heartbeatIntervalMs))
      for (const key of beating) beat(key)
      owners.look()
    }
  }
  beat(dead)
  pass(heartbeatTimeoutMs + heartbeatIntervalMs, living)
  const alive = (): string[] => [living, dead].filter(owners.isAlive)
  return { store, clock, owners, beat, pass, alive }
}

test('who is silent while it is looked is held for dead', async () => {
  const { pass, alive } = await world()
  assert.deepEqual(alive(), [living])
  pass(heartbeatTimeoutMs - 1)
  assert.deepEqual(alive(), [living])
  pass(1)
  assert.deepEqual(alive(), [])
})

test('a reader that stood still finds nobody dead who was alive before, and nobody alive who was dead', async () => {
  const { clock, owners, beat, pass, alive } = await world()
  clock.advance(10 * heartbeatTimeoutMs)
  assert.deepEqual(alive(), [living], 'before it looks')
  owners.look()
  assert.deepEqual(alive(), [living], 'before anybody has beaten')
  pass(heartbeatTimeoutMs - heartbeatIntervalMs)
  beat(living)
  owners.look()
  pass(heartbeatTimeoutMs - 1)
  assert.deepEqual(alive(), [living])
})

test('who is not heard for a whole timeout after that is dead', async () => {
  const { clock, owners, pass, alive } = await world()
  clock.advance(deafMs + 1)
  owners.look()
  pass(heartbeatTimeoutMs - 1)
  assert.deepEqual(alive(), [living])
  pass(1)
  assert.deepEqual(alive(), [])
})

test('who ended in good order meanwhile is gone at once', async () => {
  const { store, clock, owners, alive } = await world()
  clock.advance(10 * heartbeatTimeoutMs)
  await store.commit([], [{ key: living, value: undefined }])
  owners.look()
  assert.deepEqual(alive(), [])
})
