import type { Format } from '../engine.ts'
import { valueEncoder } from './collected-values.ts'
import { type ColumnEncoder, valuesAs } from './column-encoder.ts'
import { putInterval } from './interval-text.ts'

/** Months, days, microseconds, each with its own sign: four words a value. */
export function intervalEncoder(format: Format): ColumnEncoder {
  return valueEncoder(valuesAs(Int32Array, 4), 92, (words, row, to, at) => {
    const months = words[4 * row] ?? 0
    const days = words[4 * row + 1] ?? 0
    const low = words[4 * row + 2] ?? 0
    const high = words[4 * row + 3] ?? 0
    if (format === 0) {
      const micros = high * 0x1_0000_0000 + (low >>> 0)
      const exact = Number.isSafeInteger(micros) ? micros : (BigInt(high) << 32n) + BigInt(low >>> 0)
      return putInterval(to, at, months, days, exact)
    }
    to.setInt32(at, high)
    to.setInt32(at + 4, low)
    to.setInt32(at + 8, days)
    to.setInt32(at + 12, months)
    return at + 16
  })
}
