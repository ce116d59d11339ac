import type { Vector } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { Format } from '../engine.ts'
import { variableEncoder } from './collected-values.ts'
import { type ColumnEncoder, isNullAt, loadValidity, type Validity } from './column-encoder.ts'
import { copyBytes } from './copy-bytes.ts'
import { closeValue, createOutput, type Output, reserve } from './output.ts'

/** Where a row's elements lie in the child vector. */
export interface ElementRange {
  load(vector: Vector, rowCount: number): void
  isNull(row: number): boolean
  start(row: number): number
  count(row: number): number
  /** The vector of all elements of all rows, and how many there are; valid after `load`. */
  child(vector: Vector, rowCount: number): { readonly vector: Vector; readonly count: number }
}

/** LIST: an offset and a length of 64 bits each. */
export function listRange(): ElementRange {
  let words = new Uint32Array(0)
  let validity: Validity
  return {
    load(vector, rowCount) {
      const data = duckdb.vector_get_data(vector, rowCount * 16)
      words = new Uint32Array(data.buffer as ArrayBuffer, data.byteOffset, rowCount * 4)
      validity = loadValidity(vector, rowCount)
    },
    isNull: row => isNullAt(validity, row),
    start: row => words[4 * row] ?? 0,
    count: row => words[4 * row + 2] ?? 0,
    child: vector => ({
      vector: duckdb.list_vector_get_child(vector),
      count: duckdb.list_vector_get_size(vector),
    }),
  }
}

/** ARRAY: the same number of elements in every row. */
export function fixedRange(size: number): ElementRange {
  let validity: Validity
  return {
    load(vector, rowCount) {
      validity = loadValidity(vector, rowCount)
    },
    isNull: row => isNullAt(validity, row),
    start: row => row * size,
    count: () => size,
    child: (vector, rowCount) => ({ vector: duckdb.array_vector_get_child(vector), count: rowCount * size }),
  }
}

/** An array of one dimension whose elements `element` writes. */
export function arrayEncoder(
  range: ElementRange,
  element: ColumnEncoder,
  elementOid: number,
  format: Format,
): ColumnEncoder {
  const scratch = createOutput(256, element.bytesMax)
  return variableEncoder({
    load(vector, rowCount) {
      range.load(vector, rowCount)
      const child = range.child(vector, rowCount)
      element.load(child.vector, child.count)
    },
    isNull: row => range.isNull(row),
    write(row, output) {
      reserve(output, 32)
      const start = output.at
      output.at += 4
      if (format === 0) putText(range, element, row, scratch, output)
      else putBinary(range, element, elementOid, row, output)
      closeValue(output, start)
    },
  })
}

/** array_send: dimensions, whether any element is null, the element's type, then for each dimension its size and lower bound. */
function putBinary(
  range: ElementRange,
  element: ColumnEncoder,
  elementOid: number,
  row: number,
  output: Output,
): void {
  const first = range.start(row)
  const count = range.count(row)
  let hasNull = 0
  for (let i = first; i < first + count; i++) if (element.isNull(i)) hasNull = 1
  output.view.setInt32(output.at, count === 0 ? 0 : 1)
  output.view.setInt32(output.at + 4, hasNull)
  output.view.setInt32(output.at + 8, elementOid)
  output.at += 12
  if (count === 0) return
  output.view.setInt32(output.at, count)
  output.view.setInt32(output.at + 4, 1)
  output.at += 8
  for (let i = first; i < first + count; i++) {
    reserve(output, element.bytesMax + 4)
    if (element.isNull(i)) {
      output.view.setInt32(output.at, -1)
      output.at += 4
    } else element.write(i, output)
  }
}

function putText(
  range: ElementRange,
  element: ColumnEncoder,
  row: number,
  scratch: Output,
  output: Output,
): void {
  const first = range.start(row)
  const count = range.count(row)
  output.bytes[output.at++] = 123
  for (let i = first; i < first + count; i++) {
    reserve(output, 8)
    if (i > first) output.bytes[output.at++] = 44
    if (element.isNull(i)) {
      output.bytes.set(nullWord, output.at)
      output.at += 4
      continue
    }
    scratch.at = 0
    reserve(scratch, 0)
    element.write(i, scratch)
    putElement(scratch, 4, scratch.at, output)
  }
  reserve(output, 1)
  output.bytes[output.at++] = 125
}

const nullWord = Buffer.from('NULL')

/** Quoted when it is empty, reads as NULL, or holds a brace, comma, quote, backslash or white space (array_out). */
function putElement(element: Output, from: number, to: number, output: Output): void {
  const { bytes } = element
  const length = to - from
  if (!needsQuotes(bytes, from, to)) {
    reserve(output, length)
    copyBytes(output, output.at, element, from, length)
    output.at += length
    return
  }
  reserve(output, 2 * length + 2)
  const out = output.bytes
  let at = output.at
  out[at++] = 34
  for (let i = from; i < to; i++) {
    const byte = bytes[i] ?? 0
    if (byte === 34 || byte === 92) out[at++] = 92
    out[at++] = byte
  }
  out[at++] = 34
  output.at = at
}

function needsQuotes(bytes: Uint8Array, from: number, to: number): boolean {
  if (from === to) return true
  for (let i = from; i < to; i++) {
    const byte = bytes[i] ?? 0
    if (byte === 34 || byte === 92 || byte === 123 || byte === 125 || byte === 44 || byte === 32) return true
    if (byte >= 9 && byte <= 13) return true
  }
  if (to - from !== 4) return false
  for (let i = 0; i < 4; i++) if (((bytes[from + i] ?? 0) & 0xdf) !== nullWord[i]) return false
  return true
}
