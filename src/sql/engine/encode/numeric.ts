import type { Format } from '../engine.ts'
import { type ColumnEncoder, fixedEncoder, type View } from './column-encoder.ts'
import { putSafeDigits, putUint64Digits } from './digits.ts'
import { closeValue, createOutput, type Output, putInt16, putInt32 } from './output.ts'

/**
 * Numbers that PostgreSQL knows as numeric: a sign and the digits of the number without its decimal point, of which the last `scale` stand
 * behind the point.
 */
const digits = createOutput(64)

/** DECIMAL, kept by the engine as a whole number of 16, 32, 64 or 128 bits. */
export function decimalEncoder(width: number, scale: number, format: Format): ColumnEncoder {
  const write = format === 0 ? writeText : writeBinary
  const bytesMax = 64
  if (width <= 9) {
    const view: View<Int16Array | Int32Array> = width <= 4 ? Int16Array : Int32Array
    return fixedEncoder(view, 1, bytesMax, (values, row, output) => {
      const value = values[row] ?? 0
      if (format === 1) return writeSafeBinary(Math.abs(value), value < 0, scale, output)
      digits.at = 0
      putSafeDigits(digits, Math.abs(value))
      write(value < 0, scale, output)
    })
  }
  return width <= 18 ? int64Numeric(scale, format) : hugeEncoder(true, scale, format)
}

function int64Numeric(scale: number, format: Format): ColumnEncoder {
  const write = format === 0 ? writeText : writeBinary
  return fixedEncoder(Uint32Array, 2, 64, (words, row, output) => {
    const low = words[2 * row] ?? 0
    const high = words[2 * row + 1] ?? 0
    const negative = high >= 0x8000_0000
    if (format === 1) {
      const magnitude = Math.abs((high | 0) * 0x1_0000_0000 + low)
      if (magnitude < safeMax) return writeSafeBinary(magnitude, negative, scale, output)
    }
    digits.at = 0
    if (negative) putUint64Digits(digits, -low >>> 0, (low === 0 ? -high : ~high) >>> 0)
    else putUint64Digits(digits, low, high)
    write(negative, scale, output)
  })
}

/** UBIGINT. */
export function uint64Encoder(format: Format): ColumnEncoder {
  const write = format === 0 ? writeText : writeBinary
  return fixedEncoder(Uint32Array, 2, 64, (words, row, output) => {
    digits.at = 0
    putUint64Digits(digits, words[2 * row] ?? 0, words[2 * row + 1] ?? 0)
    write(false, 0, output)
  })
}

/** HUGEINT, UHUGEINT and wide DECIMAL: 128 bits, low half first. */
export function hugeEncoder(signed: boolean, scale: number, format: Format): ColumnEncoder {
  const write = format === 0 ? writeText : writeBinary
  return fixedEncoder(BigUint64Array, 2, 96, (halves, row, output) => {
    const value = ((halves[2 * row + 1] ?? 0n) << 64n) | (halves[2 * row] ?? 0n)
    writeBigInteger(signed ? BigInt.asIntN(128, value) : value, scale, write, output)
  })
}

function writeBigInteger(value: bigint, scale: number, write: WriteNumeric, output: Output): void {
  const text = (value < 0n ? -value : value).toString()
  for (let i = 0; i < text.length; i++) digits.bytes[i] = text.charCodeAt(i)
  digits.at = text.length
  write(value < 0n, scale, output)
}

type WriteNumeric = (negative: boolean, scale: number, output: Output) => void

/** `digits` as text, for example `-0.05`. */
function writeText(negative: boolean, scale: number, output: Output): void {
  const start = output.at
  let at = start + 4
  const to = output.bytes
  const from = digits.bytes
  const count = digits.at
  if (negative) to[at++] = 45
  const whole = count - scale
  if (whole <= 0) to[at++] = 48
  for (let i = 0; i < whole; i++) to[at++] = from[i] ?? 48
  if (scale > 0) {
    to[at++] = 46
    for (let i = whole; i < count; i++) to[at++] = i < 0 ? 48 : (from[i] ?? 48)
  }
  output.at = at
  closeValue(output, start)
}

/** Times 1,000 this is still exact. */
const safeMax = 9e12
const groups = new Uint16Array(16)

/** As `writeBinary`, for numbers below `safeMax`, by arithmetic instead of digits. */
function writeSafeBinary(magnitude: number, negative: boolean, scale: number, output: Output): void {
  const groupsAfter = Math.ceil(scale / 4)
  let rest = magnitude * (powersOfTen[groupsAfter * 4 - scale] ?? 1)
  let lowest = groupsAfter
  // Groups of zero at the end are left out.
  while (rest !== 0) {
    const next = Math.floor(rest / 10_000)
    if (rest !== next * 10_000) break
    rest = next
    lowest--
  }
  let count = 0
  while (rest !== 0) {
    const next = Math.floor(rest / 10_000)
    groups[count++] = rest - next * 10_000
    rest = next
  }
  const at = output.at
  const { bytes } = output
  putInt32(bytes, at, 8 + 2 * count)
  putInt16(bytes, at + 4, count)
  putInt16(bytes, at + 6, count === 0 ? 0 : count - 1 - lowest)
  putInt16(bytes, at + 8, negative && count > 0 ? 0x4000 : 0)
  putInt16(bytes, at + 10, scale)
  for (let i = 0; i < count; i++) putInt16(bytes, at + 12 + 2 * i, groups[count - 1 - i] ?? 0)
  output.at = at + 12 + 2 * count
}

const powersOfTen = [1, 10, 100, 1_000]

/** PostgreSQL's numeric: groups of four digits around the point, without leading and trailing groups of zero. */
function writeBinary(negative: boolean, scale: number, output: Output): void {
  const start = output.at
  const groupsBefore = Math.ceil(Math.max(digits.at - scale, 0) / 4)
  const groupsAfter = Math.ceil(scale / 4)
  const total = groupsBefore + groupsAfter
  const groupAt = (group: number): number => {
    // Position of the group's first digit: the point stands after digit `digits.at - scale`.
    const first = digits.at - scale + (group - groupsBefore) * 4
    let value = 0
    for (let i = first; i < first + 4; i++) {
      value = value * 10 + (i >= 0 && i < digits.at ? (digits.bytes[i] ?? 48) - 48 : 0)
    }
    return value
  }
  let first = 0
  let end = total
  while (first < end && groupAt(first) === 0) first++
  while (end > first && groupAt(end - 1) === 0) end--
  const count = end - first
  const at = start + 4
  putInt16(output.bytes, at, count)
  putInt16(output.bytes, at + 2, count === 0 ? 0 : groupsBefore - 1 - first)
  putInt16(output.bytes, at + 4, negative && count > 0 ? 0x4000 : 0)
  putInt16(output.bytes, at + 6, scale)
  for (let i = 0; i < count; i++) putInt16(output.bytes, at + 8 + 2 * i, groupAt(first + i))
  output.at = at + 8 + 2 * count
  closeValue(output, start)
}
