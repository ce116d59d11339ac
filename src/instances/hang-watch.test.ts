import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimulatedClock } from '../testing/clock.ts'
import { defaultHangSettings, type HangEvidence, hangWatch } from './hang-watch.ts'

const { hangTimeoutMs, startTimeoutMs } = defaultHangSettings
const seen = (heartbeat: number | undefined, isSuspended = false, pid = 1): HangEvidence[] => [
  { name: 'dns', pid, heartbeat, isSuspended },
]

function watch() {
  const clock = new SimulatedClock()
  const look = hangWatch(clock)
  return { clock, look }
}

test('a heartbeat that stands still is a hang after its time, and not before', () => {
  const { clock, look } = watch()
  assert.deepEqual(look(seen(5), true), [])
  clock.advance(hangTimeoutMs - 1)
  assert.deepEqual(look(seen(5), true), [])
  clock.advance(1)
  assert.deepEqual(look(seen(5), true), ['dns'])
})

test('a heartbeat that moves is no hang, and the next process starts with a clean record', () => {
  const { clock, look } = watch()
  look(seen(5), true)
  clock.advance(hangTimeoutMs)
  assert.deepEqual(look(seen(6), true), [])
  clock.advance(hangTimeoutMs)
  assert.deepEqual(look(seen(6, false, 2), true), [])
})

test('a process that has not beaten yet gets the time that a start may take', () => {
  const { clock, look } = watch()
  look(seen(undefined), true)
  clock.advance(startTimeoutMs - 1)
  assert.deepEqual(look(seen(undefined), true), [])
  clock.advance(1)
  assert.deepEqual(look(seen(undefined), true), ['dns'])
})

test('while the store takes no commits nobody is blamed for silence, but a suspended process is', () => {
  const { clock, look } = watch()
  look(seen(5), true)
  for (let i = 0; i < 10; i++) {
    clock.advance(hangTimeoutMs)
    assert.deepEqual(look(seen(5), false), [])
  }
  look(seen(5, true), false)
  clock.advance(hangTimeoutMs)
  assert.deepEqual(look(seen(5, true), false), ['dns'])
})

test('a process suspended for a moment is left alone', () => {
  const { clock, look } = watch()
  look(seen(5, true), true)
  clock.advance(hangTimeoutMs - 1)
  assert.deepEqual(look(seen(6, true), true), [])
  assert.deepEqual(look(seen(6, false), true), [])
  clock.advance(hangTimeoutMs - 1)
  assert.deepEqual(look(seen(7, true), true), [])
})
