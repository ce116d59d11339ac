import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heartbeatTimeoutMs } from '../../resources/status.ts'
import { memoryStore } from '../../store/memory-store.ts'
import { SimulatedClock } from '../../testing/clock.ts'
import { dataPlaneLimits, watchDataPlanes } from './data-planes.ts'

async function world() {
  const store = memoryStore()
  const clock = new SimulatedClock()
  const planes = watchDataPlanes(store, clock)
  let beats = 0
  const beat = async (name: string, appliedRevision: number): Promise<void> => {
    const key = `status/balancer/${name}`
    if (store.read().get(key) === undefined) await store.commit([], [{ key, value: {} }])
    store.heartbeats.beat(key, { heartbeat: beats++, appliedRevision })
  }
  const turn = () => new Promise(resolve => setImmediate(resolve))
  return { store, clock, planes, beat, turn }
}

test('nobody lives: nobody is waited for', async () => {
  const { planes } = await world()
  await planes.whenApplied(5, 'balancer')
})

test('each living one is waited for, and one that dies no longer', async () => {
  const { clock, planes, beat, turn } = await world()
  await beat('a', 1)
  await beat('b', 1)
  await turn()
  let isApplied = false
  const applied = planes.whenApplied(5, 'balancer').then(() => {
    isApplied = true
  })
  await beat('a', 5)
  await turn()
  assert.equal(isApplied, false)
  clock.advance(heartbeatTimeoutMs - dataPlaneLimits.lookIntervalMs)
  await beat('a', 5)
  await turn()
  assert.equal(isApplied, false)
  clock.advance(2 * dataPlaneLimits.lookIntervalMs)
  await applied
})

test('one that lives and does not apply is told of, after a while', async () => {
  const { clock, planes, beat, turn } = await world()
  await beat('a', 1)
  await turn()
  const applied = planes.whenApplied(5, 'balancer')
  const refused = assert.rejects(applied, { code: 'ServiceUnavailable' })
  for (let at = 0; at <= dataPlaneLimits.appliedTimeoutMs; at += 500) {
    clock.advance(500)
    await beat('a', 1)
    await turn()
  }
  await refused
})
