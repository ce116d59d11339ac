import type { Vector } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import { type ColumnEncoder, isNullAt, loadValidity, type Validity } from './column-encoder.ts'
import { type Output, putInt32, reserve } from './output.ts'

/** A string of the engine is 16 bytes: length, then up to 12 bytes of it, or 4 bytes of it and where the whole is. */
const cellBytes = 16
const inlineBytesMax = 12

/**
 * Reads a column of strings or blobs. Each read behind a pointer is a slow call of the binding, but the strings of a chunk mostly lie one
 * behind the other, so whole runs of them are read by one call. Only bytes that belong to strings of the chunk are read.
 */
export interface StringReader {
  load(vector: Vector, rowCount: number): void
  isNull(row: number): boolean
  /** Sets `bytes`, `from` and `length` to the value's. */
  seek(row: number): void
  bytes: Uint8Array
  from: number
  length: number
}

export function createStringReader(): StringReader {
  let cells = new Uint8Array(0)
  let words = new Uint32Array(0)
  let validity: Validity
  let runOf = new Uint32Array(0)
  let offsetOf = new Uint32Array(0)
  let runs: Uint8Array[] = []

  const readRuns = (rowCount: number): void => {
    runs = []
    let first = 0
    let length = 0
    let end = -1
    const flush = (): void => {
      if (length > 0) {
        runs.push(
          duckdb.get_data_from_pointer(cells.buffer, cells.byteOffset + first * cellBytes + 8, length),
        )
      }
    }
    for (let row = 0; row < rowCount; row++) {
      const size = words[4 * row] ?? 0
      if (isNullAt(validity, row) || size <= inlineBytesMax) continue
      const pointer = (words[4 * row + 3] ?? 0) * 0x1_0000_0000 + (words[4 * row + 2] ?? 0)
      if (pointer !== end || length + size > 0x4000_0000) {
        flush()
        first = row
        length = 0
      }
      runOf[row] = runs.length
      offsetOf[row] = length
      length += size
      end = pointer + size
    }
    flush()
  }

  const reader: StringReader = {
    bytes: cells,
    from: 0,
    length: 0,
    load(vector, rowCount) {
      const data = duckdb.vector_get_data(vector, rowCount * cellBytes)
      cells = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, rowCount * cellBytes)
      words = new Uint32Array(data.buffer as ArrayBuffer, data.byteOffset, rowCount * 4)
      validity = loadValidity(vector, rowCount)
      if (runOf.length < rowCount) {
        runOf = new Uint32Array(rowCount)
        offsetOf = new Uint32Array(rowCount)
      }
      readRuns(rowCount)
    },
    isNull: row => isNullAt(validity, row),
    seek(row) {
      const length = words[4 * row] ?? 0
      reader.length = length
      if (length <= inlineBytesMax) {
        reader.bytes = cells
        reader.from = row * cellBytes + 4
      } else {
        reader.bytes = runs[runOf[row] ?? 0] ?? cells
        reader.from = offsetOf[row] ?? 0
      }
    },
  }
  return reader
}

/** Copies short values byte by byte, which is quicker than a call. */
export function putBytes(output: Output, bytes: Uint8Array, from: number, length: number): void {
  const to = output.bytes
  const at = output.at
  if (length < 32) for (let i = 0; i < length; i++) to[at + i] = bytes[from + i] ?? 0
  else to.set(bytes.subarray(from, from + length), at)
  output.at = at + length
}

/** Text in either format, and bytea in binary: the bytes as they are. */
export function bytesEncoder(): ColumnEncoder {
  const reader = createStringReader()
  return {
    bytesMax: 0,
    load: reader.load,
    isNull: reader.isNull,
    write(row, output) {
      reader.seek(row)
      reserve(output, 4 + reader.length)
      putInt32(output.bytes, output.at, reader.length)
      output.at += 4
      putBytes(output, reader.bytes, reader.from, reader.length)
    },
  }
}

/** bytea as text: `\x` and two digits a byte. */
export function hexBytesEncoder(): ColumnEncoder {
  const reader = createStringReader()
  return {
    bytesMax: 0,
    load: reader.load,
    isNull: reader.isNull,
    write(row, output) {
      reader.seek(row)
      const { bytes, from, length } = reader
      reserve(output, 6 + 2 * length)
      putInt32(output.bytes, output.at, 2 + 2 * length)
      const to = output.bytes
      let at = output.at + 4
      to[at++] = 92
      to[at++] = 120
      for (let i = from; i < from + length; i++) {
        const byte = bytes[i] ?? 0
        to[at++] = hexDigit(byte >> 4)
        to[at++] = hexDigit(byte & 15)
      }
      output.at = at
    },
  }
}

export function hexDigit(value: number): number {
  return value < 10 ? 48 + value : 87 + value
}
