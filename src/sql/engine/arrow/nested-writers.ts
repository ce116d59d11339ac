import duckdb from '@duckdb/node-bindings'
import { GrowingBuffer } from '../../arrow/growing-buffer.ts'
import { ValidityBits } from '../../arrow/validity-bits.ts'
import { listRange } from '../encode/arrays.ts'
import { loadValidity, type Validity } from '../encode/column-encoder.ts'
import type { VectorWriter } from './vector-writer.ts'

/** LIST and MAP: offsets into the elements of all rows. */
export function listWriter(element: VectorWriter): VectorWriter {
  const range = listRange()
  const offsets = new GrowingBuffer()
  const validity = new ValidityBits()
  let elements = 0
  const reset = (): void => {
    offsets.reset()
    validity.reset()
    elements = 0
    offsets.putInt32(0)
  }
  reset()
  return {
    load(vector, rowCount) {
      range.load(vector, rowCount)
      const child = range.child(vector, rowCount)
      element.load(child.vector, child.count)
    },
    append(from, count) {
      // Elements mostly lie one row behind the other: whole runs of them are copied at once.
      let first = 0
      let length = 0
      for (let row = from; row < from + count; row++) {
        if (range.isNull(row)) validity.appendNulls(1)
        else {
          validity.appendValid(1)
          const size = range.count(row)
          if (size > 0 && range.start(row) !== first + length) {
            element.append(first, length)
            first = range.start(row)
            length = 0
          }
          length += size
          elements += size
        }
        offsets.putInt32(elements)
      }
      element.append(first, length)
    },
    bytes: () => offsets.length + element.bytes(),
    gather(into) {
      into.node(validity.length, validity.nullCount)
      into.buffer(validity.filled())
      into.buffer(offsets.filled())
      element.gather(into)
    },
    reset() {
      reset()
      element.reset()
    },
  }
}

/** Members side by side: STRUCT, and the key and value of a MAP's elements. */
export function structWriter(members: readonly VectorWriter[]): VectorWriter {
  const validity = new ValidityBits()
  let mask: Validity
  return {
    load(vector, rowCount) {
      mask = loadValidity(vector, rowCount)
      members.forEach((member, i) => member.load(duckdb.struct_vector_get_child(vector, i), rowCount))
    },
    append(from, count) {
      validity.append(mask, from, count)
      for (const member of members) member.append(from, count)
    },
    bytes: () => members.reduce((sum, member) => sum + member.bytes(), 0),
    gather(into) {
      into.node(validity.length, validity.nullCount)
      into.buffer(validity.filled())
      for (const member of members) member.gather(into)
    },
    reset() {
      validity.reset()
      for (const member of members) member.reset()
    },
  }
}

/** ARRAY: every row has `size` elements, also a null one. */
export function fixedListWriter(element: VectorWriter, size: number): VectorWriter {
  const validity = new ValidityBits()
  let mask: Validity
  return {
    load(vector, rowCount) {
      mask = loadValidity(vector, rowCount)
      element.load(duckdb.array_vector_get_child(vector), rowCount * size)
    },
    append(from, count) {
      validity.append(mask, from, count)
      element.append(from * size, count * size)
    },
    bytes: () => element.bytes(),
    gather(into) {
      into.node(validity.length, validity.nullCount)
      into.buffer(validity.filled())
      element.gather(into)
    },
    reset() {
      validity.reset()
      element.reset()
    },
  }
}

/** UNION: a tag and then all members side by side, which is Arrow's sparse union. It has no nulls of its own: the member chosen is null. */
export function unionWriter(members: readonly VectorWriter[]): VectorWriter {
  const tags = new GrowingBuffer()
  let data = new Uint8Array(0)
  return {
    load(vector, rowCount) {
      data = duckdb.vector_get_data(
        duckdb.struct_vector_get_child(vector, 0),
        rowCount,
      ) as Uint8Array<ArrayBuffer>
      members.forEach((member, i) => member.load(duckdb.struct_vector_get_child(vector, i + 1), rowCount))
    },
    append(from, count) {
      const at = tags.reserve(count)
      // The tag of a null is whatever was there; all members of it are null.
      for (let i = 0; i < count; i++) {
        const tag = data[from + i] ?? 0
        tags.bytes[at + i] = tag < members.length ? tag : 0
      }
      tags.length += count
      for (const member of members) member.append(from, count)
    },
    bytes: () => members.reduce((sum, member) => sum + member.bytes(), tags.length),
    gather(into) {
      into.node(tags.length, 0)
      into.buffer(tags.filled())
      for (const member of members) member.gather(into)
    },
    reset() {
      tags.reset()
      for (const member of members) member.reset()
    },
  }
}
