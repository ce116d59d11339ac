import type { Vector } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import { isNullAt, loadValidity, type Validity } from './column-encoder.ts'
import type { Bytes } from './copy-bytes.ts'

/** A string of the engine is 16 bytes: length, then up to 12 bytes of it, or 4 bytes of it and where the whole is. */
const cellBytes = 16
const inlineBytesMax = 12
/** One call of the binding reads no more. */
const runBytesMax = 0x4000_0000

/**
 * Reads a column of strings or blobs. Each read behind a pointer is a slow call of the binding, but the strings of a chunk mostly lie one
 * behind the other, so whole runs of them are read by one call. Only bytes that belong to strings of the chunk are read.
 */
export interface StringReader {
  load(vector: Vector, rowCount: number): void
  isNull(row: number): boolean
  /** Sets `source`, `from` and `length` to the value's. */
  seek(row: number): void
  source: Bytes
  from: number
  length: number
  /** Four a row: the first is the length. */
  words: Uint32Array
  validity: Validity
}

const viewOf = (bytes: Uint8Array): Bytes => ({
  bytes,
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
})
const none = viewOf(new Uint8Array(0))

export function createStringReader(): StringReader {
  let cells = none
  let runOf = new Uint32Array(0)
  let offsetOf = new Uint32Array(0)
  let runs: Bytes[] = []

  const readRun = (first: number, length: number): void => {
    const { buffer, byteOffset } = cells.bytes
    const pointerAt = byteOffset + first * cellBytes + 8
    runs.push(viewOf(duckdb.get_data_from_pointer(buffer as ArrayBuffer, pointerAt, length)))
  }

  const readRuns = (words: Uint32Array, validity: Validity, rowCount: number): void => {
    runs = []
    let first = -1
    let length = 0
    // Where the string begins that would lie behind the last.
    let nextLow = 0
    let nextHigh = 0
    for (let row = 0; row < rowCount; row++) {
      const size = words[4 * row] ?? 0
      if (size <= inlineBytesMax || isNullAt(validity, row)) continue
      const low = words[4 * row + 2] ?? 0
      const high = words[4 * row + 3] ?? 0
      if (first < 0 || low !== nextLow || high !== nextHigh || length + size > runBytesMax) {
        if (first >= 0) readRun(first, length)
        first = row
        length = 0
      }
      runOf[row] = runs.length
      offsetOf[row] = length
      length += size
      nextLow = (low + size) >>> 0
      nextHigh = nextLow < low ? high + 1 : high
    }
    if (first >= 0) readRun(first, length)
  }

  const reader: StringReader = {
    source: none,
    from: 0,
    length: 0,
    words: new Uint32Array(0),
    validity: undefined,
    load(vector, rowCount) {
      const data = duckdb.vector_get_data(vector, rowCount * cellBytes)
      cells = viewOf(data)
      reader.words = new Uint32Array(data.buffer, data.byteOffset, rowCount * 4)
      reader.validity = loadValidity(vector, rowCount)
      if (runOf.length < rowCount) {
        runOf = new Uint32Array(rowCount)
        offsetOf = new Uint32Array(rowCount)
      }
      readRuns(reader.words, reader.validity, rowCount)
    },
    isNull: row => isNullAt(reader.validity, row),
    seek(row) {
      const length = reader.words[4 * row] ?? 0
      reader.length = length
      if (length <= inlineBytesMax) {
        reader.source = cells
        reader.from = row * cellBytes + 4
      } else {
        reader.source = runs[runOf[row] ?? 0] ?? none
        reader.from = offsetOf[row] ?? 0
      }
    },
  }
  return reader
}
