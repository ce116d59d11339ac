import type { DataChunk } from '@duckdb/node-bindings'
import type { RowBatch } from './engine.ts'

/** Encodes the chunks of one result into batches for the wire. */
export interface ChunkEncoder {
  /** There is a batch to encode before another chunk is taken. */
  readonly isReady: boolean
  /** Rows that were taken and not encoded yet. */
  readonly left: number
  take(chunk: DataChunk): void
  encode(rowsMax: number): RowBatch
  /** Lets go of what it holds. */
  drop(): void
}
