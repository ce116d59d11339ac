import type { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

/** One row. Engines write whole batches of these themselves; this form is for short answers, clients and tests. */
export interface DataRow {
  readonly kind: 'DataRow'
  readonly values: readonly (Uint8Array | null)[]
}

export function encodeDataRow(message: DataRow, to: ByteWriter): void {
  to.begin('D').int16(message.values.length)
  for (const value of message.values) {
    if (value === null) to.int32(-1)
    else to.int32(value.length).bytes(value)
  }
  to.end()
}

export function decodeDataRow(from: ByteReader): DataRow {
  const values: (Uint8Array | null)[] = []
  for (let left = from.count(4); left > 0; left--) {
    const length = from.int32()
    values.push(length === -1 ? null : from.bytes(length))
  }
  return { kind: 'DataRow', values }
}
