import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from './random.ts'

test('system randomness goes on past its block and does not repeat', () => {
  const random = systemRandom()
  const drawn = Array.from({ length: 2_000 }, () => random.uint32())
  assert.ok(drawn.every(n => Number.isInteger(n) && n >= 0 && n < 2 ** 32))
  assert.ok(new Set(drawn).size > 1_990)
})
