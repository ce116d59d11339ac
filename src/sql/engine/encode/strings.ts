import type { Vector } from '@duckdb/node-bindings'
import { variableEncoder } from './collected-values.ts'
import { type ColumnEncoder, isNullAt } from './column-encoder.ts'
import { copyBytes } from './copy-bytes.ts'
import { hexPair } from './hex.ts'
import { reserve } from './output.ts'
import { createStringReader } from './string-reader.ts'

/** Text in either format, and bytea in binary: the bytes as they are, from the engine's memory. */
export function bytesEncoder(): ColumnEncoder {
  const reader = createStringReader()
  return {
    bytesMax: 0,
    evenBytes: 0,
    load: reader.load,
    isNull: reader.isNull,
    write(row, output) {
      reader.seek(row)
      reserve(output, 4 + reader.length)
      output.view.setInt32(output.at, reader.length)
      copyBytes(output, output.at + 4, reader.source, reader.from, reader.length)
      output.at += 4 + reader.length
    },
    measure(first, end, sizes) {
      const { words, validity } = reader
      for (let row = first; row < end; row++) {
        const bytes = isNullAt(validity, row) ? 4 : 4 + ((words[4 * row] ?? 0) >>> 0)
        sizes[row - first] = (sizes[row - first] ?? 0) + bytes
      }
      return end
    },
    place(first, end, places, output) {
      const { validity } = reader
      for (let row = first; row < end; row++) {
        const at = places[row - first] ?? 0
        if (isNullAt(validity, row)) {
          output.view.setInt32(at, -1)
          places[row - first] = at + 4
          continue
        }
        reader.seek(row)
        output.view.setInt32(at, reader.length)
        copyBytes(output, at + 4, reader.source, reader.from, reader.length)
        places[row - first] = at + 4 + reader.length
      }
    },
  }
}

/** bytea as text: `\x` and two digits a byte. */
export function hexBytesEncoder(): ColumnEncoder {
  const reader = createStringReader()
  return variableEncoder({
    load: (vector: Vector, rowCount: number) => reader.load(vector, rowCount),
    isNull: reader.isNull,
    write(row, output) {
      reader.seek(row)
      const { bytes } = reader.source
      const { from, length } = reader
      reserve(output, 6 + 2 * length)
      const to = output.view
      to.setInt32(output.at, 2 + 2 * length)
      to.setUint16(output.at + 4, 0x5c78)
      let at = output.at + 6
      for (let i = from; i < from + length; i++, at += 2) to.setUint16(at, hexPair(bytes[i] ?? 0))
      output.at = at
    },
  })
}
