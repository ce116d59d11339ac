import type { Vector } from '@duckdb/node-bindings'
import {
  type ColumnEncoder,
  isNullAt,
  type LoadValues,
  loadValidity,
  type Validity,
} from './column-encoder.ts'
import { copyBytes } from './copy-bytes.ts'
import { type Output, reserve } from './output.ts'

/** Of one column and slice; the value that reaches it is the last. */
const collectedBytesMax = 256 * 1024

/** Writes one value from `at` on, without its length; gives where it ends. There is room for as many bytes as the column was said to take. */
export type PutValue<T> = (values: T, row: number, to: DataView, at: number) => number

/** A column whose values have one size in the engine, and a bounded one on the wire that is known when they are written. */
export function valueEncoder<T>(
  loadValues: LoadValues<T>,
  valueBytesMax: number,
  put: PutValue<T>,
): ColumnEncoder {
  let values: T
  let validity: Validity
  let collectedFrom = 0
  return {
    bytesMax: 4 + valueBytesMax,
    evenBytes: 0,
    load(vector, rowCount) {
      values = loadValues(vector, rowCount)
      validity = loadValidity(vector, rowCount)
    },
    isNull: row => isNullAt(validity, row),
    write(row, output) {
      const start = output.at
      output.at = put(values, row, output.view, start + 4)
      output.view.setInt32(start, output.at - start - 4)
    },
    measure(first, end, sizes, collected) {
      collectedFrom = collected.at
      reserve(collected, (end - first) * (4 + valueBytesMax))
      const to = collected.view
      let at = collectedFrom
      for (let row = first; row < end; row++) {
        const start = at
        at += 4
        if (isNullAt(validity, row)) to.setInt32(start, -1)
        else {
          at = put(values, row, to, at)
          to.setInt32(start, at - start - 4)
        }
        sizes[row - first] = (sizes[row - first] ?? 0) + at - start
      }
      collected.at = at
      return end
    },
    place: (first, end, places, output, collected) =>
      placeCollected(collected, collectedFrom, end - first, places, output),
  }
}

interface VariableColumn {
  load(vector: Vector, rowCount: number): void
  isNull(row: number): boolean
  /** Reserves what it takes. */
  write(row: number, output: Output): void
}

/** A column whose values may take any number of bytes. */
export function variableEncoder(column: VariableColumn): ColumnEncoder {
  let collectedFrom = 0
  return {
    ...column,
    bytesMax: 0,
    evenBytes: 0,
    measure(first, end, sizes, collected) {
      collectedFrom = collected.at
      for (let row = first; row < end; row++) {
        const start = collected.at
        if (start - collectedFrom >= collectedBytesMax) return row
        if (column.isNull(row)) {
          reserve(collected, 4)
          collected.view.setInt32(start, -1)
          collected.at += 4
        } else {
          column.write(row, collected)
        }
        sizes[row - first] = (sizes[row - first] ?? 0) + collected.at - start
      }
      return end
    },
    place: (first, end, places, output, collected) =>
      placeCollected(collected, collectedFrom, end - first, places, output),
  }
}

function placeCollected(
  collected: Output,
  collectedFrom: number,
  count: number,
  places: Int32Array,
  output: Output,
): void {
  let from = collectedFrom
  for (let i = 0; i < count; i++) {
    const bytes = 4 + Math.max(collected.view.getInt32(from), 0)
    const at = places[i] ?? 0
    copyBytes(output, at, collected, from, bytes)
    places[i] = at + bytes
    from += bytes
  }
}
