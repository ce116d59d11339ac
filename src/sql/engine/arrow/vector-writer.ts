import type { Vector } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { BatchGatherer } from '../../arrow/batch-body.ts'
import { GrowingBuffer } from '../../arrow/growing-buffer.ts'
import { ValidityBits } from '../../arrow/validity-bits.ts'
import { loadValidity, type Validity } from '../encode/column-encoder.ts'

/** Copies rows of the engine's vectors into the buffers of one Arrow column. Compiled once for a result. */
export interface VectorWriter {
  /** Takes a vector of `rowCount` rows. Nothing of it may be touched after its chunk was reset. */
  load(vector: Vector, rowCount: number): void
  /** Rows `from` … of the loaded vector. */
  append(from: number, count: number): void
  /** Bytes that are held, about. */
  bytes(): number
  gather(into: BatchGatherer): void
  reset(): void
}

/** How values of one size get from the engine's memory, `data`, to Arrow's, `to`. */
export type CopyRows = (data: Uint8Array, from: number, count: number, to: GrowingBuffer) => void

/** Values of one size in the engine, one after the other. */
export function fixedWriter(bytesPerRow: number, copy: CopyRows = copyAsTheyAre(bytesPerRow)): VectorWriter {
  const values = new GrowingBuffer()
  const validity = new ValidityBits()
  let data = new Uint8Array(0)
  let mask: Validity
  return {
    load(vector, rowCount) {
      data = duckdb.vector_get_data(vector, rowCount * bytesPerRow) as Uint8Array<ArrayBuffer>
      mask = loadValidity(vector, rowCount)
    },
    append(from, count) {
      copy(data, from, count, values)
      validity.append(mask, from, count)
    },
    bytes: () => values.length,
    gather(into) {
      into.node(validity.length, validity.nullCount)
      into.buffer(validity.filled())
      into.buffer(values.filled())
    },
    reset() {
      values.reset()
      validity.reset()
    },
  }
}

function copyAsTheyAre(bytesPerRow: number): CopyRows {
  return (data, from, count, to) => to.put(data.subarray(from * bytesPerRow, (from + count) * bytesPerRow))
}

/** `select null`: rows without values. */
export function nullWriter(): VectorWriter {
  let rows = 0
  return {
    load() {},
    append(_from, count) {
      rows += count
    },
    bytes: () => 0,
    gather: into => into.node(rows, rows),
    reset() {
      rows = 0
    },
  }
}

/** 32-bit or 64-bit words of the engine's memory. */
export function int32View(data: Uint8Array): Int32Array {
  return new Int32Array(data.buffer, data.byteOffset, data.byteLength >> 2)
}
