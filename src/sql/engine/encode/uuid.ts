import type { Format } from '../engine.ts'
import { valueEncoder } from './collected-values.ts'
import { type ColumnEncoder, valuesAs } from './column-encoder.ts'
import { hexPair } from './hex.ts'

/** 128 bits, least significant byte first, with the highest bit turned over so that they sort as signed numbers. */
export function uuidEncoder(format: Format): ColumnEncoder {
  return valueEncoder(valuesAs(Uint8Array, 16), 36, (values, row, to, at) => {
    let end = at
    for (let i = 15; i >= 0; i--) {
      const byte = (values[row * 16 + i] ?? 0) ^ (i === 15 ? 0x80 : 0)
      if (format === 1) {
        to.setUint8(end++, byte)
        continue
      }
      to.setUint16(end, hexPair(byte))
      end += 2
      if (i === 12 || i === 10 || i === 8 || i === 6) to.setUint8(end++, 45)
    }
    return end
  })
}
