import type { Format } from '../engine.ts'
import { valueEncoder } from './collected-values.ts'
import {
  type ColumnEncoder,
  type LoadValues,
  longWords,
  smallIntegers,
  type View,
  valuesAs,
} from './column-encoder.ts'
import { putInt64, putUint32 } from './digits.ts'
import { wordEncoder } from './wire-words.ts'

type Small = Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array

/** Integers of up to 32 bits, as int2 or int4. */
export function smallIntegerEncoder(view: View<Small>, wireBytes: 2 | 4, format: Format): ColumnEncoder {
  if (format === 1) return wordEncoder(smallIntegers(view), wireBytes)
  return valueEncoder(smallIntegers(view), 11, (values, row, to, at) => {
    const value = values[row] ?? 0
    if (value >= 0) return putUint32(to, at, value)
    to.setUint8(at, 45)
    return putUint32(to, at + 1, -value)
  })
}

/** UINTEGER as int8. */
export function uint32Encoder(format: Format): ColumnEncoder {
  return format === 0
    ? valueEncoder(valuesAs(Uint32Array, 1), 10, (values, row, to, at) => putUint32(to, at, values[row] ?? 0))
    : wordEncoder(unsignedLongWords(), 8)
}

function unsignedLongWords(): LoadValues<Int32Array> {
  const load = valuesAs(Int32Array, 1)
  let words = new Int32Array(0)
  return (vector, rowCount) => {
    const values = load(vector, rowCount)
    if (words.length < 2 * rowCount) words = new Int32Array(2 * rowCount)
    for (let row = 0; row < rowCount; row++) words[2 * row] = values[row] ?? 0
    return words
  }
}

/** UINTEGER as oid. */
export function oidEncoder(format: Format): ColumnEncoder {
  return format === 0 ? uint32Encoder(format) : wordEncoder(valuesAs(Int32Array, 1), 4)
}

/** BIGINT as int8. */
export function int64Encoder(format: Format): ColumnEncoder {
  return format === 0
    ? valueEncoder(longWords, 20, (words, row, to, at) =>
        putInt64(to, at, words[2 * row] ?? 0, words[2 * row + 1] ?? 0),
      )
    : wordEncoder(longWords, 8)
}

export function booleanEncoder(format: Format): ColumnEncoder {
  const [no, yes] = format === 0 ? [102, 116] : [0, 1]
  const load = smallIntegers(Uint8Array)
  return wordEncoder((vector, rowCount) => {
    const values = load(vector, rowCount)
    for (let row = 0; row < rowCount; row++) values[row] = (values[row] === 0 ? no : yes) ?? 0
    return values
  }, 1)
}
