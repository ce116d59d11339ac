import type { Format } from '../engine.ts'
import { type ColumnEncoder, fixedEncoder, type View } from './column-encoder.ts'
import { putUint32Digits, putUint64Digits } from './digits.ts'
import { closeValue, type Output, putInt16, putInt32 } from './output.ts'

type Small = Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array

/** Integers of up to 32 bits, as int2 or int4. */
export function smallIntegerEncoder(view: View<Small>, wireBytes: 2 | 4, format: Format): ColumnEncoder {
  if (format === 0) {
    return fixedEncoder(view, 1, 15, (values, row, output) => writeText(values[row] ?? 0, output))
  }
  if (wireBytes === 2) {
    return fixedEncoder(view, 1, 6, (values, row, output) => {
      putInt32(output.bytes, output.at, 2)
      putInt16(output.bytes, output.at + 4, values[row] ?? 0)
      output.at += 6
    })
  }
  return fixedEncoder(view, 1, 8, (values, row, output) => {
    putInt32(output.bytes, output.at, 4)
    putInt32(output.bytes, output.at + 4, values[row] ?? 0)
    output.at += 8
  })
}

function writeText(value: number, output: Output): void {
  const start = output.at
  output.at += 4
  if (value < 0) {
    output.bytes[output.at++] = 45
    putUint32Digits(output, -value)
  } else {
    putUint32Digits(output, value)
  }
  closeValue(output, start)
}

/** UINTEGER as int8. */
export function uint32Encoder(format: Format): ColumnEncoder {
  return format === 0
    ? fixedEncoder(Uint32Array, 1, 15, (values, row, output) => writeText(values[row] ?? 0, output))
    : fixedEncoder(Uint32Array, 1, 12, (values, row, output) => writeInt64(values[row] ?? 0, 0, output))
}

/** UINTEGER as oid. */
export function oidEncoder(format: Format): ColumnEncoder {
  return format === 0
    ? uint32Encoder(format)
    : fixedEncoder(Uint32Array, 1, 8, (values, row, output) => {
        putInt32(output.bytes, output.at, 4)
        putInt32(output.bytes, output.at + 4, values[row] ?? 0)
        output.at += 8
      })
}

/** BIGINT as int8: two words a value, low first. */
export function int64Encoder(format: Format): ColumnEncoder {
  return format === 0
    ? fixedEncoder(Uint32Array, 2, 24, (words, row, output) => {
        writeInt64Text(words[2 * row] ?? 0, words[2 * row + 1] ?? 0, output)
      })
    : fixedEncoder(Uint32Array, 2, 12, (words, row, output) => {
        writeInt64(words[2 * row] ?? 0, words[2 * row + 1] ?? 0, output)
      })
}

function writeInt64Text(low: number, high: number, output: Output): void {
  const start = output.at
  output.at += 4
  if (high >= 0x8000_0000) {
    output.bytes[output.at++] = 45
    // Two's complement; the low word carries into the high one only when it is zero.
    putUint64Digits(output, -low >>> 0, (low === 0 ? -high : ~high) >>> 0)
  } else {
    putUint64Digits(output, low, high)
  }
  closeValue(output, start)
}

export function writeInt64(low: number, high: number, output: Output): void {
  putInt32(output.bytes, output.at, 8)
  putInt32(output.bytes, output.at + 4, high)
  putInt32(output.bytes, output.at + 8, low)
  output.at += 12
}

/** A whole number of at most 2^53 either way. */
export function writeSafeInt64(value: number, output: Output): void {
  const high = Math.floor(value / 0x1_0000_0000)
  writeInt64(value - high * 0x1_0000_0000, high, output)
}

export function booleanEncoder(format: Format): ColumnEncoder {
  const [no, yes] = format === 0 ? [102, 116] : [0, 1]
  return fixedEncoder(Uint8Array, 1, 5, (values, row, output) => {
    putInt32(output.bytes, output.at, 1)
    output.bytes[output.at + 4] = (values[row] === 0 ? no : yes) ?? 0
    output.at += 5
  })
}
