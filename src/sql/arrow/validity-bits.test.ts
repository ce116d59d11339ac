import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bitAt, putBit, ValidityBits } from './validity-bits.ts'

const step = fc.oneof(
  fc.record({ kind: fc.constant('valid' as const), count: fc.nat(70) }),
  fc.record({ kind: fc.constant('nulls' as const), count: fc.nat(70) }),
  fc.record({
    kind: fc.constant('mask' as const),
    rows: fc.array(fc.boolean(), { maxLength: 200 }),
    from: fc.nat(20),
  }),
)

test('bits are what was appended, however it was appended and wherever the bytes end', () => {
  const bits = new ValidityBits()
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      bits.reset()
      const expected: boolean[] = []
      for (const each of steps) {
        if (each.kind === 'mask') {
          const mask = new Uint8Array(Math.ceil(each.rows.length / 8))
          each.rows.forEach((row, i) => putBit(mask, i, row))
          const from = Math.min(each.from, each.rows.length)
          bits.append(mask, from, each.rows.length - from)
          expected.push(...each.rows.slice(from))
          continue
        }
        if (each.kind === 'valid') bits.appendValid(each.count)
        else bits.appendNulls(each.count)
        expected.push(...Array.from({ length: each.count }, () => each.kind === 'valid'))
      }
      assert.equal(bits.length, expected.length)
      assert.equal(bits.nullCount, expected.filter(valid => !valid).length)
      const filled = bits.filled()
      if (bits.nullCount === 0) return assert.equal(filled.length, 0)
      assert.equal(filled.length, Math.ceil(expected.length / 8))
      expected.forEach((valid, i) => assert.equal(bitAt(filled, i), valid, `bit ${i}`))
    }),
  )
})
