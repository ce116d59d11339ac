import type { Format } from '../engine.ts'
import { type ColumnEncoder, fixedEncoder } from './column-encoder.ts'
import { intervalText } from './interval-text.ts'
import { closeValue, putAscii, putInt32 } from './output.ts'

/** Months, days, microseconds, each with its own sign: four words a value. */
export function intervalEncoder(format: Format): ColumnEncoder {
  return fixedEncoder(Int32Array, 4, 96, (words, row, output) => {
    const months = words[4 * row] ?? 0
    const days = words[4 * row + 1] ?? 0
    const low = words[4 * row + 2] ?? 0
    const high = words[4 * row + 3] ?? 0
    const start = output.at
    output.at += 4
    if (format === 1) {
      putInt32(output.bytes, output.at, high)
      putInt32(output.bytes, output.at + 4, low)
      putInt32(output.bytes, output.at + 8, days)
      putInt32(output.bytes, output.at + 12, months)
      output.at += 16
    } else {
      putAscii(output, intervalText(months, days, (BigInt(high) << 32n) + BigInt(low >>> 0)))
    }
    closeValue(output, start)
  })
}
