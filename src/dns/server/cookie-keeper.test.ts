import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../base/random.ts'
import { SimulatedClock } from '../../testing/clock.ts'
import { cookieKeeper } from './cookie-keeper.ts'

const address = '192.0.2.1'
const hourMs = 3_600_000

test('a client is known by the cookie it was given, for an hour, from its own address alone', () => {
  const clock = new SimulatedClock()
  const keeper = cookieKeeper(clock, seededRandom(1))
  const [given, again] = [new Uint8Array(24), new Uint8Array(24)]
  assert.equal(keeper.check(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), address, given), false)
  assert.equal(keeper.check(given, address, again), true)
  assert.deepEqual(again, given)
  assert.equal(keeper.check(given, '192.0.2.2', again), false)
  clock.advance(hourMs / 2 + 1_000)
  assert.equal(keeper.check(given, address, again), true)
  assert.notDeepEqual(again, given)
  clock.advance(hourMs / 2 + 1_000)
  assert.equal(keeper.check(given, address, new Uint8Array(24)), false)
  assert.equal(keeper.check(again, address, new Uint8Array(24)), true)
})

test('a new secret each day; what the one before gave is taken until it is too old', () => {
  const clock = new SimulatedClock()
  const keeper = cookieKeeper(clock, seededRandom(1))
  clock.advance(24 * hourMs - 60_000)
  const [given, renewed, last] = [new Uint8Array(24), new Uint8Array(24), new Uint8Array(24)]
  keeper.check(new Uint8Array(8), address, given)
  clock.advance(120_000)
  assert.equal(keeper.check(given, address, renewed), true)
  assert.notDeepEqual(renewed, given)
  clock.advance(24 * hourMs)
  assert.equal(keeper.check(renewed, address, last), false)
})

test('another process gives other cookies', () => {
  const clock = new SimulatedClock()
  const given = new Uint8Array(24)
  cookieKeeper(clock, seededRandom(1)).check(new Uint8Array(8), address, given)
  assert.equal(cookieKeeper(clock, seededRandom(2)).check(given, address, new Uint8Array(24)), false)
})
