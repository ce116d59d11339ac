import type { Format } from '../engine.ts'
import { type ColumnEncoder, fixedEncoder } from './column-encoder.ts'
import { closeValue } from './output.ts'
import { hexDigit } from './strings.ts'

/** 128 bits, least significant byte first, with the highest bit turned over so that they sort as signed numbers. */
export function uuidEncoder(format: Format): ColumnEncoder {
  return fixedEncoder(Uint8Array, 16, 40, (values, row, output) => {
    const start = output.at
    let at = start + 4
    const to = output.bytes
    for (let i = 15; i >= 0; i--) {
      const byte = (values[row * 16 + i] ?? 0) ^ (i === 15 ? 0x80 : 0)
      if (format === 1) {
        to[at++] = byte
        continue
      }
      to[at++] = hexDigit(byte >> 4)
      to[at++] = hexDigit(byte & 15)
      if (i === 12 || i === 10 || i === 8 || i === 6) to[at++] = 45
    }
    output.at = at
    closeValue(output, start)
  })
}
