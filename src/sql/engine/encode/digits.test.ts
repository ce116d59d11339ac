import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { putEight, putInt64, putPadded, putSafe, putUint32, putUint64 } from './digits.ts'

const view = new DataView(new ArrayBuffer(32))

function written(put: (at: number) => number): string {
  const end = put(3)
  return Buffer.from(view.buffer, 3, end - 3).toString('latin1')
}

/** Whole numbers of every size up to `bits`, and those around powers of ten. */
const wholes = (bits: number): fc.Arbitrary<bigint> =>
  fc
    .oneof(
      fc
        .tuple(fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n }), fc.integer({ min: 0, max: bits }))
        .map(([value, shift]) => value >> BigInt(shift)),
      fc
        .tuple(fc.integer({ min: 0, max: 19 }), fc.integer({ min: -2, max: 2 }))
        .map(([exponent, more]) => 10n ** BigInt(exponent) + BigInt(more)),
    )
    .filter(value => value >= 0n && value < 2n ** BigInt(bits))

const words = (value: bigint): [low: number, high: number] => [
  Number(value & 0xffff_ffffn),
  Number((value >> 32n) & 0xffff_ffffn),
]

test('digits of whole numbers of every size are those of BigInt', () => {
  fc.assert(
    fc.property(wholes(32), wholes(53), wholes(64), (small, safe, wide) => {
      assert.equal(
        written(at => putUint32(view, at, Number(small))),
        String(small),
      )
      assert.equal(
        written(at => putSafe(view, at, Number(safe))),
        String(safe),
      )
      const [low, high] = words(wide)
      assert.equal(
        written(at => putUint64(view, at, low, high)),
        String(wide),
      )
      assert.equal(
        written(at => putInt64(view, at, low | 0, high | 0)),
        String(BigInt.asIntN(64, wide)),
      )
    }),
    { numRuns: 20_000 },
  )
})

test('zeros stand in front of numbers of a given width', () => {
  fc.assert(
    fc.property(fc.nat(99_999_999), fc.integer({ min: 1, max: 9 }), (value, width) => {
      const shown = value % 10 ** width
      assert.equal(
        written(at => putPadded(view, at, shown, width)),
        String(shown).padStart(width, '0'),
      )
      assert.equal(
        written(at => putEight(view, at, value)),
        String(value).padStart(8, '0'),
      )
    }),
  )
})
