import type { Vector } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { Output } from './output.ts'

/**
 * Writes the values of one column, each behind its length, as a DataRow carries them; a null is the length -1. Compiled once for a result.
 *
 * Rows are encoded a slice at a time and column by column, in loops over one type: `measure` tells what each row takes, from which follows
 * where it begins, and `place` puts the values there.
 */
export interface ColumnEncoder {
  /** What `write` may take without asking; 0 when it reserves for itself. */
  readonly bytesMax: number
  /** Takes the column of the chunk that follows. Nothing of it may be touched after the chunk was reset. */
  load(vector: Vector, rowCount: number): void
  isNull(row: number): boolean
  /** What each value of the chunk takes with its length, where all take the same: then nothing is measured. Else 0. */
  readonly evenBytes: number
  /** Length and value of one row that is not null, where rows of other columns do not stand between: in arrays and in JSON. */
  write(row: number, output: Output): void
  /**
   * Adds to `sizes`, of which the first is that of row `first`, what the values of rows `first` … `end - 1` take with their lengths. Gives
   * the row behind the last that it looked at, at least one: with large values, less than asked. What is known only when it is written is
   * appended to `collected`, which is left alone until `place`.
   */
  measure(first: number, end: number, sizes: Float64Array, collected: Output): number
  /** For rows that were measured: the value of row `first + i` goes to `places[i]`, which moves to its end. There is room. */
  place(first: number, end: number, places: Int32Array, output: Output, collected: Output): void
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

/** The values of a vector of so many rows, mostly in the engine's own memory. */
export type LoadValues<T> = (vector: Vector, rowCount: number) => T

export function valuesAs<T extends TypedArray>(view: View<T>, elementsPerRow: number): LoadValues<T> {
  return (vector, rowCount) => {
    const count = rowCount * elementsPerRow
    const data = duckdb.vector_get_data(vector, count * view.BYTES_PER_ELEMENT)
    return new view(data.buffer as ArrayBuffer, data.byteOffset, count)
  }
}

type SmallInteger = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array

/** Integers of up to 32 bits, widened: a loop that meets one kind of array only is several times as fast. */
export function smallIntegers(view: View<SmallInteger>): LoadValues<Int32Array> {
  const load = valuesAs(view, 1)
  let own = new Int32Array(0)
  return (vector, rowCount) => {
    const values = load(vector, rowCount)
    if (values instanceof Int32Array) return values
    if (own.length < rowCount) own = new Int32Array(rowCount)
    own.set(values)
    return own
  }
}

/** Two words a value, of which the low one is first. */
export const longWords: LoadValues<Int32Array> = valuesAs(Int32Array, 2)
