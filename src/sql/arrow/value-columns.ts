import type { BatchGatherer } from './batch-body.ts'
import { GrowingBuffer } from './growing-buffer.ts'
import { ValidityBits } from './validity-bits.ts'

/** A column made of values that the program itself has, such as metadata. */
export interface ValueColumn {
  readonly length: number
  gather(into: BatchGatherer): void
}

/** Text, or null. */
export function textColumn(values: readonly (string | null)[]): ValueColumn {
  return binaryColumn(values.map(value => (value === null ? null : Buffer.from(value, 'utf8'))))
}

function binaryColumn(values: readonly (Uint8Array | null)[]): ValueColumn {
  const offsets = new GrowingBuffer()
  const bytes = new GrowingBuffer()
  offsets.putInt32(0)
  for (const value of values) {
    if (value !== null) bytes.put(value)
    offsets.putInt32(bytes.length)
  }
  return column(values, [() => offsets.filled(), () => bytes.filled()])
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
