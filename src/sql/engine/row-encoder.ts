import type { DataChunk } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { ChunkEncoder } from './chunk-encoder.ts'
import type { ColumnEncoder } from './encode/column-encoder.ts'
import { createOutput, type Output, reserve } from './encode/output.ts'
import type { RowBatch } from './engine.ts'

/** A batch ends with the row that reaches this many bytes. */
const batchBytesMax = 512 * 1024
/** A buffer that one huge row has blown up is let go. */
const keptBytesMax = 2 * 1024 * 1024
const firstBytes = 8 * 1024

/** Rows that are encoded together: few enough that what they take stays in the processor's cache. */
const sliceRowsMax = 512
/** Before a first slice has shown how large rows are. */
const firstSliceRows = 64

const dataRowType = 68
/** Type, length, count of columns. */
const headBytes = 7

/** Encoding is never interrupted, so one set of what it works with serves everybody. */
const sizes = new Float64Array(sliceRowsMax)
const places = new Int32Array(sliceRowsMax)
const collectedFirstBytes = 64 * 1024
let collected = createOutput(collectedFirstBytes)
/** What a result is written to at first, as long as nobody has taken it along. */
let shared: Output | undefined
/** A batch of up to so many bytes, with which its chunk is at its end, is copied out of the shared buffer: most results are smaller, and a buffer costs more to make than they to encode. */
const copiedBytesMax = 2 * 1024

/** Encodes chunks of one result into DataRow messages. A chunk that a batch could not hold to its end is gone on with in the next. */
export function createRowEncoder(columns: readonly ColumnEncoder[]): ChunkEncoder {
  return new RowEncoder(columns)
}

class RowEncoder implements ChunkEncoder {
  readonly #columns: readonly ColumnEncoder[]
  #own: Output | undefined
  #rowBytes = batchBytesMax / firstSliceRows
  #chunk: DataChunk | undefined
  #rowCount = 0
  #row = 0

  constructor(columns: readonly ColumnEncoder[]) {
    this.#columns = columns
  }

  get isReady(): boolean {
    return this.#row < this.#rowCount
  }

  get left(): number {
    return this.#rowCount - this.#row
  }

  take(next: DataChunk): void {
    this.drop()
    this.#chunk = next
    this.#rowCount = duckdb.data_chunk_get_size(next)
    for (let i = 0; i < this.#columns.length; i++) {
      this.#columns[i]?.load(duckdb.data_chunk_get_vector(next, i), this.#rowCount)
    }
  }

  encode(rowsMax: number): RowBatch {
    if (this.#own !== undefined && this.#own.bytes.length > keptBytesMax) this.#own = undefined
    const output = this.#own ?? shared ?? createOutput(firstBytes)
    output.at = 0
    const end = Math.min(this.#rowCount, this.#row + rowsMax)
    const first = this.#row
    while (this.#row < end && output.at < batchBytesMax) {
      const wanted = Math.ceil((batchBytesMax - output.at) / this.#rowBytes)
      const before = output.at
      const sliceEnd = Math.min(end, this.#row + wanted, this.#row + sliceRowsMax)
      const count = encodeSlice(this.#columns, this.#row, sliceEnd, output)
      this.#row += count
      this.#rowBytes = (output.at - before) / count
    }
    const isCopied = this.#own === undefined && this.#row === this.#rowCount && output.at <= copiedBytesMax
    this.#own = isCopied ? undefined : output
    shared = isCopied ? output : shared === output ? undefined : shared
    const written = output.bytes.subarray(0, output.at)
    const batch = { bytes: isCopied ? Buffer.from(written) : written, rowCount: this.#row - first }
    if (this.#row === this.#rowCount) this.drop()
    return batch
  }

  drop(): void {
    // Without this the engine's memory waits for a garbage collection that V8 sees no reason for.
    if (this.#chunk !== undefined) duckdb.data_chunk_reset(this.#chunk)
    this.#chunk = undefined
    this.#rowCount = 0
    this.#row = 0
  }
}

/** As many of the rows `first` … `end - 1` as belong to the batch, at least one; how many. */
function encodeSlice(columns: readonly ColumnEncoder[], first: number, end: number, output: Output): number {
  collected.at = 0
  try {
    return putRows(columns, first, end, output)
  } finally {
    if (collected.bytes.length > keptBytesMax) collected = createOutput(collectedFirstBytes)
  }
}

function putRows(columns: readonly ColumnEncoder[], first: number, end: number, output: Output): number {
  sizes.fill(
    columns.reduce((bytes, column) => bytes + column.evenBytes, headBytes),
    0,
    end - first,
  )
  let measured = end
  for (const column of columns) {
    if (column.evenBytes === 0) measured = column.measure(first, measured, sizes, collected)
  }
  let count = 0
  let at = output.at
  while (count < measured - first && at < batchBytesMax) {
    places[count] = at + headBytes
    at += sizes[count++] ?? 0
  }
  reserve(output, at - output.at)
  for (const column of columns) column.place(first, first + count, places, output, collected)
  putHeads(columns.length, count, output)
  return count
}

/** In front of rows whose values are there, the last of each up to its place. */
function putHeads(columnCount: number, rowCount: number, output: Output): void {
  const { view } = output
  let start = output.at
  for (let i = 0; i < rowCount; i++) {
    const end = places[i] ?? 0
    view.setUint8(start, dataRowType)
    view.setInt32(start + 1, end - start - 1)
    view.setInt16(start + 5, columnCount)
    start = end
  }
  output.at = start
}
