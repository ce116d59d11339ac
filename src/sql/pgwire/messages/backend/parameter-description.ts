import type { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

export interface ParameterDescription {
  readonly kind: 'ParameterDescription'
  readonly typeOids: readonly number[]
}

export function encodeParameterDescription(message: ParameterDescription, to: ByteWriter): void {
  to.begin('t').int16(message.typeOids.length)
  for (const oid of message.typeOids) to.int32(oid)
  to.end()
}

export function decodeParameterDescription(from: ByteReader): ParameterDescription {
  const typeOids: number[] = []
  for (let left = from.count(4); left > 0; left--) typeOids.push(from.uint32())
  return { kind: 'ParameterDescription', typeOids }
}
