import type { Format } from '../engine.ts'
import { valueEncoder } from './collected-values.ts'
import { type ColumnEncoder, valuesAs } from './column-encoder.ts'
import { type NumericDigits, putDigitsBinary, putDigitsText } from './numeric-digits.ts'
import { putAscii } from './output.ts'
import { plainMax, plainMin, putCents, putShortest } from './shortest-digits.ts'

/** The largest double has 309 digits; the smallest begins 324 places behind the point and has 17. */
const bytesMax = 360

/**
 * Doubles that a client is told are numeric: averages and quotients, which PostgreSQL computes as such. `scale` is that of `round(x, scale)`, 0 for `floor` and its like; without it, the digits
 * behind the point are as many as PostgreSQL's division gives.
 */
export function quotientEncoder(scale: number | undefined, format: Format): ColumnEncoder {
  // What is rounded to no digits is whole: all else comes from a division after all.
  const isRounded = (value: number): boolean => scale !== undefined && (scale > 0 || Number.isInteger(value))
  const digits: NumericDigits = { view: new DataView(new ArrayBuffer(bytesMax)), count: 0 }
  return valueEncoder(valuesAs(Float64Array, 1), bytesMax, (values, row, to, at) => {
    const value = values[row] ?? 0
    const magnitude = Math.abs(value)
    if (format === 0 && scale === undefined && magnitude >= plainMin && magnitude < plainMax) {
      const start = value < 0 ? at + 1 : at
      if (value < 0) to.setUint8(at, 45)
      const cents = Math.round(magnitude * 100)
      const isCents = cents / 100 === magnitude && magnitude < 1e13
      const end = isCents ? putCents(to, start, cents) : putShortest(to, start, magnitude)
      if (end >= 0) return putZeros(to, start, end, magnitude)
    }
    if (!Number.isFinite(value))
      return format === 0 ? putAscii(to, at, String(value)) : putSpecial(to, at, value)
    const [text, decimals] = isRounded(value) ? roundedDigits(value, scale ?? 0) : quotientDigits(value)
    for (let i = 0; i < text.length; i++) digits.view.setUint8(i, text.charCodeAt(i))
    digits.count = text.length
    const put = format === 0 ? putDigitsText : putDigitsBinary
    return put(to, at, digits, value < 0, decimals)
  })
}

type Digits = readonly [digits: string, scale: number]

/** Doubles have 15 digits that are certain: what needs more has no end, and zeros behind it would be false. */
const certainDigits = 15
const significantDigitsMin = 16
const digitsOfGroup = 4

/** PostgreSQL's rule (select_div_scale): at least 16 digits, counted from the first group of four before or behind the point. */
function quotientDigits(value: number): Digits {
  if (value === 0) return ['', significantDigitsMin + digitsOfGroup]
  const [mantissa = '', exponentText = '0'] = Math.abs(value).toExponential().split('e')
  const digits = mantissa.replace('.', '')
  const exponent = Number(exponentText)
  const decimals = Math.max(digits.length - 1 - exponent, 0)
  const group = Math.floor(exponent / digitsOfGroup)
  // What divides to a power of 10,000 begins with the same group as its divisor, and is reckoned one group lower.
  const isPower = digits === '1' && exponent % digitsOfGroup === 0
  const wanted = Math.max(significantDigitsMin - (isPower ? group - 1 : group) * digitsOfGroup, 0)
  const scale = digits.length >= certainDigits ? decimals : Math.max(decimals, wanted)
  return [digits.padEnd(exponent + 1 + scale, '0'), scale]
}

/** The same rule for a number between `plainMin` and `plainMax` whose shortest text is there already. */
function putZeros(to: DataView, start: number, end: number, magnitude: number): number {
  let point = start
  while (point < end && to.getUint8(point) !== 46) point++
  let first = start
  while (first < end && (to.getUint8(first) === 48 || first === point)) first++
  const decimals = Math.max(end - point - 1, 0)
  if (decimals > 0 && end - first - (first < point ? 1 : 0) >= certainDigits) return end
  const group = magnitude >= 1 ? Math.floor((point - start - 1) / digitsOfGroup) : -1
  const isPower = powersOfGroup.has(magnitude)
  const wanted = Math.max(significantDigitsMin - (isPower ? group - 1 : group) * digitsOfGroup, 0)
  let at = end
  if (decimals === 0 && wanted > 0) to.setUint8(at++, 46)
  for (let count = decimals; count < wanted; count++) to.setUint8(at++, 48)
  return at
}

const powersOfGroup: ReadonlySet<number> = new Set([1e-4, 1, 1e4, 1e8, 1e12])

function roundedDigits(value: number, scale: number): Digits {
  const magnitude = Math.abs(value)
  if (magnitude >= 1e21) return [BigInt(magnitude).toString() + '0'.repeat(scale), scale]
  return [magnitude.toFixed(scale).replace('.', '').replace(/^0+/, ''), scale]
}

/** NaN and the infinities: no digits, and a sign of their own (numeric_send). */
function putSpecial(to: DataView, at: number, value: number): number {
  to.setUint32(at, 0)
  to.setUint16(at + 4, Number.isNaN(value) ? 0xc000 : value > 0 ? 0xd000 : 0xf000)
  to.setUint16(at + 6, 0)
  return at + 8
}
