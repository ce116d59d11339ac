import type { Format } from '../engine.ts'
import { valueEncoder } from './collected-values.ts'
import { type ColumnEncoder, longWords, valuesAs } from './column-encoder.ts'
import { doubleText, floatText } from './float-text.ts'
import { putAscii } from './output.ts'
import { plainMax, plainMin, putCents, putShortest, putShortestSingle, singleMax } from './shortest-digits.ts'
import { wordEncoder } from './wire-words.ts'

const textBytesMax = 28

export function doubleEncoder(format: Format): ColumnEncoder {
  if (format === 1) return wordEncoder(longWords, 8)
  return valueEncoder(valuesAs(Float64Array, 1), textBytesMax, (values, row, to, at) => {
    const value = values[row] ?? 0
    const magnitude = Math.abs(value)
    if (magnitude >= plainMin && magnitude < plainMax) {
      const start = value < 0 ? at + 1 : at
      if (value < 0) to.setUint8(at, 45)
      const cents = Math.round(magnitude * 100)
      // Below 1e13 the cents have at most 15 digits, and 15 digits always read back; the division is correctly rounded.
      if (cents / 100 === magnitude && magnitude < 1e13) return putCents(to, start, cents)
      const end = putShortest(to, start, magnitude)
      if (end >= 0) return end
    }
    return putAscii(to, at, doubleText(value))
  })
}

export function floatEncoder(format: Format): ColumnEncoder {
  if (format === 1) return wordEncoder(valuesAs(Int32Array, 1), 4)
  return valueEncoder(valuesAs(Float32Array, 1), textBytesMax, (values, row, to, at) => {
    const value = values[row] ?? 0
    const magnitude = Math.abs(value)
    if (magnitude >= plainMin && magnitude < singleMax) {
      const start = value < 0 ? at + 1 : at
      if (value < 0) to.setUint8(at, 45)
      const end = putShortestSingle(to, start, magnitude)
      if (end >= 0) return end
    }
    return putAscii(to, at, floatText(value))
  })
}
