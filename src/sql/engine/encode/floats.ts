import type { Format } from '../engine.ts'
import { type ColumnEncoder, fixedEncoder } from './column-encoder.ts'
import { putSafeDigits } from './digits.ts'
import { doubleText, floatText } from './float-text.ts'
import { closeValue, type Output, putAscii, putInt32 } from './output.ts'

/** Numbers with at most two decimals, which money and measurements mostly are, need no search for the shortest text. */
function putCents(output: Output, cents: number, negative: boolean): void {
  if (negative) output.bytes[output.at++] = 45
  const whole = Math.floor(cents / 100)
  const rest = cents - whole * 100
  putSafeDigits(output, whole)
  if (rest === 0) return
  output.bytes[output.at++] = 46
  const tens = (rest / 10) | 0
  output.bytes[output.at++] = 48 + tens
  if (rest !== tens * 10) output.bytes[output.at++] = 48 + rest - tens * 10
}

function writeDoubleText(value: number, output: Output): void {
  const start = output.at
  output.at += 4
  const magnitude = Math.abs(value)
  const cents = Math.round(magnitude * 100)
  // Below 1e13 the cents have at most 15 digits, and 15 digits always read back; the division is correctly rounded.
  if (cents / 100 === magnitude && magnitude < 1e13 && cents > 0) putCents(output, cents, value < 0)
  else putAscii(output, doubleText(value))
  closeValue(output, start)
}

export function doubleEncoder(format: Format): ColumnEncoder {
  if (format === 0) {
    return fixedEncoder(Float64Array, 1, 32, (values, row, output) =>
      writeDoubleText(values[row] ?? 0, output),
    )
  }
  // The bits, most significant byte first: the engine's are the other way round.
  return fixedEncoder(Uint32Array, 2, 12, (words, row, output) => {
    putInt32(output.bytes, output.at, 8)
    putInt32(output.bytes, output.at + 4, words[2 * row + 1] ?? 0)
    putInt32(output.bytes, output.at + 8, words[2 * row] ?? 0)
    output.at += 12
  })
}

export function floatEncoder(format: Format): ColumnEncoder {
  if (format === 0) {
    return fixedEncoder(Float32Array, 1, 32, (values, row, output) => {
      const start = output.at
      output.at += 4
      putAscii(output, floatText(values[row] ?? 0))
      closeValue(output, start)
    })
  }
  return fixedEncoder(Uint32Array, 1, 8, (words, row, output) => {
    putInt32(output.bytes, output.at, 4)
    putInt32(output.bytes, output.at + 4, words[row] ?? 0)
    output.at += 8
  })
}
