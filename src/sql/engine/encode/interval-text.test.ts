import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { intervalText, putInterval } from './interval-text.ts'

/** The same from parts, with BigInt. */
function plainText(months: number, days: number, micros: bigint): string {
  const parts: string[] = []
  let isNegativeBefore = false
  const add = (value: number, unit: string): void => {
    if (value === 0) return
    parts.push(`${isNegativeBefore && value > 0 ? '+' : ''}${value} ${unit}${value === 1 ? '' : 's'}`)
    isNegativeBefore = value < 0
  }
  add(Math.trunc(months / 12), 'year')
  add(months % 12, 'mon')
  add(days, 'day')
  if (parts.length > 0 && micros === 0n) return parts.join(' ')
  const size = micros < 0n ? -micros : micros
  const two = (value: bigint): string => String(value).padStart(2, '0')
  const seconds = size / 1_000_000n
  const fraction = String(size % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '')
  const time = `${two(seconds / 3_600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`
  const sign = micros < 0n ? '-' : isNegativeBefore ? '+' : ''
  return [...parts, `${sign}${time}${fraction === '' ? '' : `.${fraction}`}`].join(' ')
}

const int32 = fc.oneof(fc.integer({ min: -25, max: 25 }), fc.integer())
const int64 = fc.oneof(
  fc.bigInt({ min: -10_000_000n, max: 10_000_000n }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
)

test('intervals of every sign and size are written as their parts are', () => {
  const view = new DataView(new ArrayBuffer(88))
  fc.assert(
    fc.property(int32, int32, int64, (months, days, micros) => {
      const expected = plainText(months, days, micros)
      assert.equal(intervalText(months, days, micros), expected)
      if (!Number.isSafeInteger(Number(micros))) return
      const end = putInterval(view, 0, months, days, Number(micros))
      assert.equal(Buffer.from(view.buffer, 0, end).toString('latin1'), expected)
    }),
    { numRuns: 20_000 },
  )
})
