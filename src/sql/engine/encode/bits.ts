import type { Format } from '../engine.ts'
import { variableEncoder } from './collected-values.ts'
import type { ColumnEncoder } from './column-encoder.ts'
import { reserve } from './output.ts'
import { createStringReader } from './string-reader.ts'

/** BIT as varbit. The engine's first byte counts the unused bits at the front of the second; PostgreSQL's unused bits are at the end. */
export function bitsEncoder(format: Format): ColumnEncoder {
  const reader = createStringReader()
  const bit = (index: number): number => {
    const byte = reader.source.bytes[reader.from + 1 + (index >> 3)] ?? 0
    return (byte >> (7 - (index & 7))) & 1
  }
  return variableEncoder({
    load: reader.load,
    isNull: reader.isNull,
    write(row, output) {
      reader.seek(row)
      const padding = reader.source.bytes[reader.from] ?? 0
      const count = (reader.length - 1) * 8 - padding
      const byteCount = Math.ceil(count / 8)
      reserve(output, 8 + (format === 0 ? count : byteCount))
      const { bytes: to, view, at } = output
      if (format === 0) {
        view.setInt32(at, count)
        for (let i = 0; i < count; i++) to[at + 4 + i] = 48 + bit(padding + i)
        output.at = at + 4 + count
        return
      }
      view.setInt32(at, 4 + byteCount)
      view.setInt32(at + 4, count)
      to.fill(0, at + 8, at + 8 + byteCount)
      for (let i = 0; i < count; i++) {
        const place = at + 8 + (i >> 3)
        to[place] = (to[place] ?? 0) | (bit(padding + i) << (7 - (i & 7)))
      }
      output.at = at + 8 + byteCount
    },
  })
}
