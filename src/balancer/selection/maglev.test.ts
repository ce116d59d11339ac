import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
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

test('of weighted targets, each gets the part of the slots that its weight is of all weights', () => {
  fc.assert(
    fc.property(
      names,
      fc.array(fc.integer({ min: 1, max: 999 }), { minLength: 60, maxLength: 60 }),
      (keys, some) => {
        const weights = keys.map((_, i) => some[i] ?? 1)
        const size = maglevTableSize(keys.length)
        const counts = shares(maglevTable(keys, size, weights), keys.length)
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        for (const [i, count] of counts.entries()) {
          // Each count is rounded by less than a slot, and the turns that all had by less than one for each target.
          const part = (weights[i] ?? 0) / total
          assert.ok(
            Math.abs(count - size * part) < 2 + keys.length * part,
            `${counts.join(' ')} of ${weights.join(' ')}`,
          )
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('a target whose weight grows takes slots of others, and the others keep theirs among themselves', () => {
  const keys = Array.from({ length: 10 }, (_, i) => `tg/${i}`)
  const size = maglevTableSize(keys.length)
  const before = maglevTable(keys, size, [50, ...Array.from({ length: 9 }, () => 100)])
  const after = maglevTable(keys, size, [60, ...Array.from({ length: 9 }, () => 100)])
  let moved = 0
  for (let slot = 0; slot < size; slot++) if (before[slot] !== after[slot] && after[slot] !== 0) moved++
  assert.ok(moved / size < 0.1, `${moved} of ${size}`)
})
