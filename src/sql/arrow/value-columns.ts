import type { BatchGatherer } from './batch-body.ts'
import { GrowingBuffer } from './growing-buffer.ts'
import { putBit, ValidityBits } from './validity-bits.ts'

/** A column made of values that the program itself has, such as metadata. */
export interface ValueColumn {
  readonly length: number
  gather(into: BatchGatherer): void
}

/** Text, or null. */
export function textColumn(values: readonly (string | null)[]): ValueColumn {
  return binaryColumn(values.map(value => (value === null ? null : Buffer.from(value, 'utf8'))))
}

export function binaryColumn(values: readonly (Uint8Array | null)[]): ValueColumn {
  const offsets = new GrowingBuffer()
  const bytes = new GrowingBuffer()
  offsets.putInt32(0)
  for (const value of values) {
    if (value !== null) bytes.put(value)
    offsets.putInt32(bytes.length)
  }
  return column(values, [() => offsets.filled(), () => bytes.filled()])
}

/** Whole numbers of 1, 4 or 8 bytes. */
export function integerColumn(values: readonly (number | null)[], bytesPerValue: 1 | 4 | 8): ValueColumn {
  const bytes = Buffer.alloc(values.length * bytesPerValue)
  values.forEach((value, i) => {
    if (bytesPerValue === 8) bytes.writeBigInt64LE(BigInt(value ?? 0), i * 8)
    else if (bytesPerValue === 4) bytes.writeInt32LE(value ?? 0, i * 4)
    else bytes[i] = value ?? 0
  })
  return column(values, [() => bytes])
}

export function booleanColumn(values: readonly (boolean | null)[]): ValueColumn {
  const bits = new Uint8Array(Math.ceil(values.length / 8))
  values.forEach((value, i) => putBit(bits, i, value === true))
  return column(values, [() => bits])
}

/** Lists of what `items` makes a column of. */
export function listColumn<T>(
  values: readonly (readonly T[] | null)[],
  items: (values: readonly T[]) => ValueColumn,
): ValueColumn {
  const offsets = new GrowingBuffer()
  let end = 0
  offsets.putInt32(0)
  for (const value of values) offsets.putInt32((end += value?.length ?? 0))
  return column(values, [() => offsets.filled()], [items(values.flatMap(value => value ?? []))])
}

/** Members side by side, none of them null as a whole. */
export function structColumn(length: number, members: readonly ValueColumn[]): ValueColumn {
  return column(
    Array.from({ length }, () => true),
    [],
    members,
  )
}

/** A dense union: for each row the number of its member, whose columns hold just the rows that are theirs. */
export function denseUnionColumn(tags: readonly number[], members: readonly ValueColumn[]): ValueColumn {
  const seen = members.map(() => 0)
  const offsets = new GrowingBuffer()
  for (const tag of tags) {
    offsets.putInt32(seen[tag] ?? 0)
    seen[tag] = (seen[tag] ?? 0) + 1
  }
  return {
    length: tags.length,
    gather(into) {
      into.node(tags.length, 0)
      into.buffer(Uint8Array.from(tags))
      into.buffer(offsets.filled())
      for (const member of members) member.gather(into)
    },
  }
}

function column(
  values: readonly unknown[],
  buffers: readonly (() => Uint8Array)[],
  children: readonly ValueColumn[] = [],
): ValueColumn {
  const validity = new ValidityBits()
  for (const value of values) {
    if (value === null) validity.appendNulls(1)
    else validity.appendValid(1)
  }
  return {
    length: values.length,
    gather(into) {
      into.node(values.length, validity.nullCount)
      into.buffer(validity.filled())
      for (const buffer of buffers) into.buffer(buffer())
      for (const child of children) child.gather(into)
    },
  }
}
