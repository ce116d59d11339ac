import type { Vector } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { Output } from './output.ts'

/** Writes the values of one column, each behind its length, as a DataRow carries them. Compiled once for a result. */
export interface ColumnEncoder {
  /** What `write` may take without asking; 0 when it reserves for itself. */
  readonly bytesMax: number
  /** Takes the column of the chunk that follows. Nothing of it may be touched after the chunk was reset. */
  load(vector: Vector, rowCount: number): void
  isNull(row: number): boolean
  /** Length and value. Only called for a row that is not null. */
  write(row: number, output: Output): void
}

/** One bit a row, least significant first; undefined when no row is null. */
export type Validity = Uint8Array | undefined

export function loadValidity(vector: Vector, rowCount: number): Validity {
  return duckdb.vector_get_validity(vector, Math.ceil(rowCount / 64) * 8) ?? undefined
}

export function isNullAt(validity: Validity, row: number): boolean {
  return validity !== undefined && ((validity[row >> 3] ?? 0) & (1 << (row & 7))) === 0
}

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigUint64Array

export interface View<T extends TypedArray> {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBuffer, byteOffset: number, length: number): T
}

/** A column whose values have one size: `write` reads them from a typed array over the engine's own memory. */
export function fixedEncoder<T extends TypedArray>(
  view: View<T>,
  elementsPerRow: number,
  bytesMax: number,
  write: (values: T, row: number, output: Output) => void,
): ColumnEncoder {
  let values = new view(new ArrayBuffer(0), 0, 0)
  let validity: Validity
  return {
    bytesMax,
    load(vector, rowCount) {
      const count = rowCount * elementsPerRow
      const data = duckdb.vector_get_data(vector, count * view.BYTES_PER_ELEMENT)
      values = new view(data.buffer as ArrayBuffer, data.byteOffset, count)
      validity = loadValidity(vector, rowCount)
    },
    isNull: row => isNullAt(validity, row),
    write: (row, output) => write(values, row, output),
  }
}
