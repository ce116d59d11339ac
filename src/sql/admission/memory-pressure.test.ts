import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryVictim, pressureOf } from './memory-pressure.ts'

const mega = 1024 * 1024
const thresholds = {
  softBytes: 80 * mega,
  hardBytes: 100 * mega,
  processBytes: 500 * mega,
  exhaustedBytes: 1_000 * mega,
}
const query = (
  id: number,
  megabytes: number,
  startedAt = id,
): { id: number; bytes: number; startedAt: number } => ({
  id,
  bytes: megabytes * mega,
  startedAt,
})

test('free, tight and over, by what queries hold and by the whole process', () => {
  const of = (processMegabytes: number, ...megabytes: number[]): string =>
    pressureOf(
      { processBytes: processMegabytes * mega, queries: megabytes.map((size, i) => query(i, size)) },
      thresholds,
    )
  assert.equal(of(200), 'free')
  assert.equal(of(200, 40, 39), 'free')
  assert.equal(of(200, 40, 40), 'tight')
  assert.equal(of(200, 50, 50), 'tight')
  assert.equal(of(200, 50, 51), 'over')
  assert.equal(of(500), 'free')
  assert.equal(of(501), 'over')
  assert.equal(of(1_000, 1), 'over')
  assert.equal(of(1_001), 'exhausted')
})

test('the victim: of the large ones the youngest; a small one never', () => {
  assert.equal(memoryVictim([query(1, 90), query(2, 50), query(3, 20)])?.id, 2)
  assert.equal(memoryVictim([query(1, 90), query(2, 44), query(3, 20)])?.id, 1)
  assert.equal(memoryVictim([query(1, 50, 7), query(2, 60, 7)])?.id, 2)
  assert.equal(memoryVictim([query(1, 15), query(2, 1)]), undefined)
  assert.equal(memoryVictim([]), undefined)
})
