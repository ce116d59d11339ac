import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimulatedClock } from '../../testing/clock.ts'
import { type Readiness, type ReadinessWatch, watchReadiness } from './readiness.ts'

interface Rig {
  readonly clock: SimulatedClock
  readonly watch: ReadinessWatch
  readonly told: Readiness[]
  /** Pings that wait for an answer, oldest first. */
  readonly pings: { answer(): void; fail(): void }[]
}

function rig(): Rig {
  const clock = new SimulatedClock()
  const told: Readiness[] = []
  const pings: Rig['pings'] = []
  const watch = watchReadiness({
    clock,
    ping: () =>
      new Promise((resolve, reject) => {
        pings.push({ answer: resolve, fail: () => reject(new Error('no')) })
      }),
    intervalMs: 500,
    timeoutMs: 1_000,
    changed: now => told.push(now),
  })
  return { clock, watch, told, pings }
}

const ready: Readiness = { isReady: true }
const not = (reason: string): Readiness => ({ isReady: false, reason })

test('not ready before the engine has answered once', async () => {
  const { clock, watch, told, pings } = rig()
  assert.deepEqual(watch.read(), not('starting'))
  pings.shift()?.answer()
  await clock.advanceAsync(0)
  assert.deepEqual(watch.read(), ready)
  assert.deepEqual(told, [ready])
})

test('an engine that stays silent, fails, and comes back', async () => {
  const { clock, watch, told, pings } = rig()
  pings.shift()?.answer()
  await clock.advanceAsync(500)
  assert.equal(pings.length, 1)
  await clock.advanceAsync(999)
  assert.deepEqual(watch.read(), ready)
  await clock.advanceAsync(1)
  assert.deepEqual(watch.read(), not('the engine does not answer'))
  await clock.advanceAsync(5_000)
  assert.equal(pings.length, 1, 'one that is out is not asked again')
  pings.shift()?.answer()
  await clock.advanceAsync(0)
  assert.deepEqual(watch.read(), ready)
  await clock.advanceAsync(500)
  pings.shift()?.fail()
  await clock.advanceAsync(0)
  assert.deepEqual(told, [ready, not('the engine does not answer'), ready, not('the engine fails')])
})

test('without memory a node is not ready, as long as that lasts', async () => {
  const { clock, watch, told, pings } = rig()
  watch.press(true)
  assert.deepEqual(watch.read(), not('starting'))
  pings.shift()?.answer()
  await clock.advanceAsync(0)
  assert.deepEqual(watch.read(), not('out of memory'))
  watch.press(false)
  assert.deepEqual(watch.read(), ready)
  assert.deepEqual(told, [not('out of memory'), ready])
  watch.stop()
})

test('draining is the last word, told at once', async () => {
  const { clock, watch, told, pings } = rig()
  pings.shift()?.answer()
  await clock.advanceAsync(0)
  watch.drain()
  assert.deepEqual(told, [ready, not('draining')])
  await clock.advanceAsync(500)
  pings.shift()?.answer()
  await clock.advanceAsync(0)
  assert.deepEqual(watch.read(), not('draining'))
  watch.stop()
  await clock.advanceAsync(10_000)
  assert.equal(pings.length, 0)
})
