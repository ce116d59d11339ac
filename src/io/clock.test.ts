import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause } from '../base/clock.ts'
import { systemClock } from './clock.ts'

test('the system clock goes forward, never calls before `after` returned, and takes tasks back', async () => {
  let ran = ''
  const cancel = systemClock.after(0, () => {
    ran += 'cancelled '
  })
  systemClock.after(0, () => {
    ran += 'task '
  })
  assert.equal(ran, '')
  cancel()
  const before = systemClock.now()
  await pause(systemClock, 5)
  assert.equal(ran, 'task ')
  // Timers may fire a fraction of a millisecond early by this clock.
  assert.ok(systemClock.now() - before >= 4)
  cancel()
})
