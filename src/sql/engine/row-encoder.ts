import type { DataChunk } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { ChunkEncoder } from './chunk-encoder.ts'
import type { ColumnEncoder } from './encode/column-encoder.ts'
import { createOutput, type Output, putInt16, putInt32, reserve } from './encode/output.ts'

/** A batch ends with the row that reaches this many bytes. */
const batchBytesMax = 512 * 1024
/** A buffer that one huge row has blown up is let go. */
const keptBytesMax = 2 * 1024 * 1024
const firstBytes = 8 * 1024

const dataRowType = 68

/** Encodes chunks of one result into DataRow messages. A chunk that a batch could not hold to its end is gone on with in the next. */
export function createRowEncoder(columns: readonly ColumnEncoder[]): ChunkEncoder {
  const slack = 7 + columns.reduce((sum, column) => sum + Math.max(column.bytesMax, 4), 0)
  let output: Output = createOutput(0)
  let chunk: DataChunk | undefined
  let rowCount = 0
  let row = 0

  const drop = (): void => {
    // Without this the engine's memory waits for a garbage collection that V8 sees no reason for.
    if (chunk !== undefined) duckdb.data_chunk_reset(chunk)
    chunk = undefined
    rowCount = 0
    row = 0
  }

  return {
    get isReady() {
      return row < rowCount
    },
    get left() {
      return rowCount - row
    },
    take(next) {
      drop()
      chunk = next
      rowCount = duckdb.data_chunk_get_size(next)
      for (let i = 0; i < columns.length; i++) {
        columns[i]?.load(duckdb.data_chunk_get_vector(next, i), rowCount)
      }
    },
    encode(rowsMax) {
      if (output.bytes.length === 0 || output.bytes.length > keptBytesMax) {
        output = createOutput(Math.max(firstBytes, slack * 2))
        output.slack = slack
      }
      output.at = 0
      const end = Math.min(rowCount, row + rowsMax)
      const first = row
      while (row < end && output.at < batchBytesMax) putRow(columns, row++, output)
      const batch = { bytes: output.bytes.subarray(0, output.at), rowCount: row - first }
      if (row === rowCount) drop()
      return batch
    },
    drop,
  }
}

function putRow(columns: readonly ColumnEncoder[], row: number, output: Output): void {
  reserve(output, 0)
  const start = output.at
  output.bytes[start] = dataRowType
  putInt16(output.bytes, start + 5, columns.length)
  output.at = start + 7
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i] as ColumnEncoder
    if (column.isNull(row)) {
      putInt32(output.bytes, output.at, -1)
      output.at += 4
    } else {
      column.write(row, output)
    }
  }
  putInt32(output.bytes, start + 1, output.at - start - 1)
}
