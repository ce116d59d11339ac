import type { Format } from '../engine.ts'
import { type PutValue, valueEncoder } from './collected-values.ts'
import { type ColumnEncoder, longWords, smallIntegers, valuesAs } from './column-encoder.ts'
import { putPadded, putSafe, putUint64 } from './digits.ts'
import { type NumericDigits, putDigitsBinary, putDigitsText, putSafeBinary } from './numeric-digits.ts'

/** Numbers that PostgreSQL knows as numeric: a whole number, of which the last `scale` digits stand behind the point. */

/** Largest text: a sign, a point, 39 digits and 38 zeros at most. */
const bytesMax = 92

/** DECIMAL, kept by the engine as a whole number of 16, 32, 64 or 128 bits. */
export function decimalEncoder(width: number, scale: number, format: Format): ColumnEncoder {
  if (width > 18) return hugeEncoder(true, scale, format)
  if (width > 9) return valueEncoder(longWords, bytesMax, putLong(scale, format))
  const put = putSafeNumeric(scale, format)
  const values = smallIntegers(width <= 4 ? Int16Array : Int32Array)
  return valueEncoder(values, bytesMax, (numbers, row, to, at) => {
    const value = numbers[row] ?? 0
    return put(to, at, Math.abs(value), value < 0)
  })
}

/** UBIGINT. */
export function uint64Encoder(format: Format): ColumnEncoder {
  const digits = numericDigits()
  return valueEncoder(longWords, bytesMax, (words, row, to, at) => {
    digits.count = putUint64(digits.view, 0, (words[2 * row] ?? 0) >>> 0, (words[2 * row + 1] ?? 0) >>> 0)
    return format === 0 ? putDigitsText(to, at, digits, false, 0) : putDigitsBinary(to, at, digits, false, 0)
  })
}

function putLong(scale: number, format: Format): PutValue<Int32Array> {
  const digits = numericDigits()
  const put = putSafeNumeric(scale, format)
  return (words, row, to, at) => {
    const low = (words[2 * row] ?? 0) >>> 0
    const high = words[2 * row + 1] ?? 0
    const negative = high < 0
    const magnitude = Math.abs(high * 0x1_0000_0000 + low)
    if (magnitude < safeMax) return put(to, at, magnitude, negative)
    digits.count = negative
      ? putUint64(digits.view, 0, -low >>> 0, (low === 0 ? -high : ~high) >>> 0)
      : putUint64(digits.view, 0, low, high)
    return format === 0
      ? putDigitsText(to, at, digits, negative, scale)
      : putDigitsBinary(to, at, digits, negative, scale)
  }
}

/** HUGEINT, UHUGEINT and wide DECIMAL: 128 bits, low word first. */
export function hugeEncoder(signed: boolean, scale: number, format: Format): ColumnEncoder {
  const digits = numericDigits()
  const put = putSafeNumeric(scale, format)
  return valueEncoder(valuesAs(Int32Array, 4), bytesMax, (words, row, to, at) => {
    const low = (words[4 * row] ?? 0) >>> 0
    const high = words[4 * row + 1] ?? 0
    // Most are small: the upper half repeats the sign of the lower.
    if (words[4 * row + 2] === high >> 31 && words[4 * row + 3] === high >> 31 && (signed || high >= 0)) {
      const magnitude = Math.abs(high * 0x1_0000_0000 + low)
      if (magnitude < safeMax) return put(to, at, magnitude, high < 0)
    }
    const lower = (BigInt(high >>> 0) << 32n) | BigInt(low)
    const upper = (BigInt((words[4 * row + 3] ?? 0) >>> 0) << 32n) | BigInt((words[4 * row + 2] ?? 0) >>> 0)
    const unsigned = (upper << 64n) | lower
    const value = signed ? BigInt.asIntN(128, unsigned) : unsigned
    const text = (value < 0n ? -value : value).toString()
    for (let i = 0; i < text.length; i++) digits.view.setUint8(i, text.charCodeAt(i))
    digits.count = text.length
    return format === 0
      ? putDigitsText(to, at, digits, value < 0n, scale)
      : putDigitsBinary(to, at, digits, value < 0n, scale)
  })
}

/** As `hugeEncoder` of a signed number, without zeros at its end. */
export function trimmedEncoder(scale: number, format: Format): ColumnEncoder {
  const digits = numericDigits()
  const puts = Array.from({ length: scale + 1 }, (_, left) => putSafeNumeric(left, format))
  return valueEncoder(valuesAs(Int32Array, 4), bytesMax, (words, row, to, at) => {
    const low = (words[4 * row] ?? 0) >>> 0
    const high = words[4 * row + 1] ?? 0
    if (words[4 * row + 2] === high >> 31 && words[4 * row + 3] === high >> 31) {
      let magnitude = Math.abs(high * 0x1_0000_0000 + low)
      if (magnitude < safeMax) {
        let left = scale
        for (; left > 0 && magnitude % 10 === 0; left--) magnitude /= 10
        return puts[left]?.(to, at, magnitude, high < 0) ?? at
      }
    }
    const word = (i: number): bigint => BigInt((words[4 * row + i] ?? 0) >>> 0)
    const value = BigInt.asIntN(128, (word(3) << 96n) | (word(2) << 64n) | (word(1) << 32n) | word(0))
    const text = (value < 0n ? -value : value).toString().padStart(scale, '0')
    const zeros = Math.min(/0*$/.exec(text)?.[0].length ?? 0, scale)
    digits.count = text.length - zeros
    for (let i = 0; i < digits.count; i++) digits.view.setUint8(i, text.charCodeAt(i))
    const put = format === 0 ? putDigitsText : putDigitsBinary
    return put(to, at, digits, value < 0n, scale - zeros)
  })
}

const numericDigits = (): NumericDigits => ({ view: new DataView(new ArrayBuffer(64)), count: 0 })

/** Times 1,000 this is still exact. */
const safeMax = 9e12

type PutSafeNumeric = (to: DataView, at: number, magnitude: number, negative: boolean) => number

/** For whole numbers below `safeMax`, by arithmetic instead of digits. */
function putSafeNumeric(scale: number, format: Format): PutSafeNumeric {
  if (format === 1) return (to, at, magnitude, negative) => putSafeBinary(to, at, magnitude, negative, scale)
  const one = 10 ** scale
  const upperScale = Math.max(scale - 9, 0)
  return (to, at, magnitude, negative) => {
    if (negative) to.setUint8(at, 45)
    const start = negative ? at + 1 : at
    const whole = scale > 13 ? 0 : Math.floor(magnitude / one)
    const end = putSafe(to, start, whole)
    if (scale === 0) return end
    to.setUint8(end, 46)
    const rest = magnitude - whole * one
    if (upperScale === 0) return putPadded(to, end + 1, rest, scale)
    // Padded digits are below 2^31: nine at a time, of which at most four are left in front.
    const upper = Math.floor(rest / 1e9)
    return putPadded(to, putPadded(to, end + 1, upper, upperScale), rest - upper * 1e9, 9)
  }
}
