import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimulatedClock } from '../testing/clock.ts'
import { every, pause } from './clock.ts'

test('every runs after each interval, and no more once cancelled', () => {
  const clock = new SimulatedClock()
  const at: number[] = []
  const cancel = every(clock, 10, () => at.push(clock.now()))
  clock.advance(35)
  assert.deepEqual(at, [10, 20, 30])
  cancel()
  cancel()
  clock.advance(100)
  assert.deepEqual(at, [10, 20, 30])
  assert.equal(clock.nextAt(), undefined, 'nothing is left waiting')
})

test('every can be cancelled from inside its own task', () => {
  const clock = new SimulatedClock()
  let runs = 0
  const cancel = every(clock, 5, () => {
    runs++
    cancel()
  })
  clock.advance(50)
  assert.equal(runs, 1)
  assert.equal(clock.nextAt(), undefined)
})

test('pause resolves after its delay and not before', async () => {
  const clock = new SimulatedClock()
  let over = false
  const paused = (async () => {
    await pause(clock, 20)
    over = true
  })()
  await clock.advanceAsync(19)
  assert.equal(over, false)
  await clock.advanceAsync(1)
  assert.equal(over, true)
  await paused
})
