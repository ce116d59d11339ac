import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { flowHash } from './flow-hash.ts'
import { maglevTable, maglevTableSize } from './maglev.ts'

const names = fc
  .uniqueArray(fc.stringMatching(/^[a-z0-9.:-]{1,24}$/), { minLength: 1, maxLength: 60 })
  .map(keys => keys.sort())

function shares(table: Uint16Array, count: number): number[] {
  const slots = Array.from({ length: count }, () => 0)
  for (const index of table) slots[index] = (slots[index] ?? 0) + 1
  return slots
}

test('every slot belongs to a target, and shares differ by one slot at most', () => {
  fc.assert(
    fc.property(names, keys => {
      const counts = shares(maglevTable(keys, maglevTableSize(keys.length)), keys.length)
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, counts.join(' '))
    }),
    { numRuns: 60 },
  )
})

test('without one of N targets, few slots of the others move', () => {
  fc.assert(
    fc.property(names, fc.nat(), (keys, seed) => {
      fc.pre(keys.length > 1)
      const size = maglevTableSize(keys.length)
      const gone = seed % keys.length
      const rest = keys.filter((_, i) => i !== gone)
      const before = maglevTable(keys, size)
      const after = maglevTable(rest, size)
      let moved = 0
      for (let slot = 0; slot < size; slot++) {
        const was = before[slot] as number
        if (was !== gone && keys[was] !== rest[after[slot] as number]) moved++
      }
      assert.ok(moved / size <= 2 / keys.length, `${moved} of ${size} moved with ${keys.length} targets`)
    }),
    { numRuns: 60 },
  )
})

test('the table size is a prime with a hundred slots a target, as far as sizes go', () => {
  assert.deepEqual([1, 40, 41, 163, 164, 1000].map(maglevTableSize), [4093, 4093, 16381, 16381, 65537, 65537])
  for (const size of [4093, 16381, 65537])
    for (let divisor = 2; divisor * divisor <= size; divisor++) assert.notEqual(size % divisor, 0)
})

test('nobody gives a table of no target', () => {
  assert.ok(maglevTable([], 4093).every(index => index === 0xffff))
})

test('the flow hash is fixed: other versions and machines must agree', () => {
  assert.equal(flowHash('127.0.0.1', 40_000, '127.0.1.1', 9996), 4097669983)
  assert.equal(flowHash('2001:db8::1', 1, '2001:db8::2', 65_535, 17), 638504562)
})

test('flows that differ in their source port alone are spread evenly', () => {
  const table = maglevTable(['a', 'b', 'c', 'd'], 4093)
  const counts = [0, 0, 0, 0]
  for (let port = 32_768; port < 60_999; port++) {
    const index = table[flowHash('127.0.0.1', port, '127.0.1.1', 9996) % 4093] as number
    counts[index] = (counts[index] ?? 0) + 1
  }
  const mean = (60_999 - 32_768) / 4
  for (const count of counts) assert.ok(Math.abs(count - mean) < mean * 0.05, counts.join(' '))
})
