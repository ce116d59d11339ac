import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { floatText } from './float-text.ts'
import { plainMax, plainMin, putShortest, putShortestSingle, singleMax } from './shortest-digits.ts'

const view = new DataView(new ArrayBuffer(64))

type Put = (to: DataView, at: number, magnitude: number) => number

/** What is written, or undefined when the number is left to others. What lies before and behind stays as it was. */
function textOf(put: Put, magnitude: number): string | undefined {
  view.setUint32(0, 0xdead_beef)
  view.setUint32(28, 0xdead_beef)
  const end = put(view, 4, magnitude)
  assert.equal(view.getUint32(0), 0xdead_beef)
  assert.equal(view.getUint32(28), 0xdead_beef, 'more than 24 bytes')
  return end < 0 ? undefined : Buffer.from(view.buffer, 4, end - 4).toString('latin1')
}

/** Of all lengths: the quotients have 15 to 17 digits, the decimals few. */
const doubles = fc.oneof(
  fc.double({ min: plainMin, max: plainMax, maxExcluded: true, noNaN: true }),
  fc.tuple(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 1, max: 10_000 })).map(([a, b]) => a / b),
  fc
    .tuple(fc.integer({ min: 1, max: 2 ** 53 - 1 }), fc.integer({ min: 0, max: 19 }))
    .map(([a, scale]) => Number(`${a}e-${scale}`)),
  fc
    .tuple(fc.integer({ min: -4, max: 14 }), fc.integer({ min: -3, max: 3 }))
    .map(([exponent, units]) => Number(`1e${exponent}`) * (1 + units * 2 ** -52)),
)

test("digits of doubles are JavaScript's, which are the shortest that read back and of those the nearest", () => {
  let seen = 0
  let left = 0
  fc.assert(
    fc.property(doubles, value => {
      if (value < plainMin || value >= plainMax) return
      seen++
      const text = textOf(putShortest, value)
      if (text === undefined) left++
      // JavaScript takes to the exponent only below 1e-6.
      else assert.equal(text, String(value))
    }),
    { numRuns: 100_000 },
  )
  assert.ok(seen > 50_000, `${seen} numbers`)
  assert.ok(left < seen / 50, `${left} of ${seen} were left to others`)
})

test('what hangs on a tie, and powers of two, are left to others', () => {
  for (const value of [1, 2, 0.5, 2 ** 40, 2 ** -10]) assert.equal(textOf(putShortest, value), undefined)
  for (const value of [1, 0.25, 2 ** 19]) assert.equal(textOf(putShortestSingle, value), undefined)
})

const singles = fc.oneof(
  fc.float({ min: Math.fround(1.1e-4), max: 999_999, noNaN: true }),
  fc
    .tuple(fc.integer({ min: 1, max: 9_999_999 }), fc.integer({ min: 1, max: 11 }))
    .map(([a, scale]) => Math.fround(Number(`${a}e-${scale}`))),
  fc.integer({ min: -3, max: 5 }).map(exponent => Math.fround(Number(`1e${exponent}`))),
)

test('digits of numbers of 32 bits are those that a search with more and more digits finds', () => {
  let seen = 0
  let left = 0
  fc.assert(
    fc.property(singles, value => {
      if (value < plainMin || value >= singleMax) return
      seen++
      const text = textOf(putShortestSingle, value)
      if (text === undefined) left++
      else assert.equal(text, floatText(value))
    }),
    { numRuns: 50_000 },
  )
  assert.ok(seen > 25_000, `${seen} numbers`)
  assert.ok(left < seen / 10, `${left} of ${seen} were left to others`)
})
