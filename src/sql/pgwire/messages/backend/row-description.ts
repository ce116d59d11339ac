import { EverportError } from '../../../../base/errors.ts'
import type { ByteReader } from '../../byte-reader.ts'
import { ByteWriter } from '../../byte-writer.ts'

export interface Field {
  readonly name: string
  readonly typeOid: number
  /** -1: variable. */
  readonly typeSize: number
  /** -1: none. */
  readonly typeModifier: number
  /** 0 text, 1 binary. */
  readonly format: 0 | 1
}

export interface RowDescription {
  readonly kind: 'RowDescription'
  readonly fields: readonly Field[]
}

/** Whole messages by their fields: who asks the same again is told the same columns. */
const encoded = new WeakMap<readonly Field[], Uint8Array>()

export function encodeRowDescription({ fields }: RowDescription, to: ByteWriter): void {
  let bytes = encoded.get(fields)
  if (bytes === undefined) {
    bytes = encodeFields(fields)
    encoded.set(fields, bytes)
  }
  to.bytes(bytes)
}

function encodeFields(fields: readonly Field[]): Uint8Array {
  const to = new ByteWriter()
  to.begin('T').int16(fields.length)
  for (const field of fields) {
    // No field is a plain column of a stored table here: table OID and attribute number are 0.
    to.cstring(field.name).int32(0).int16(0)
    to.int32(field.typeOid).int16(field.typeSize).int32(field.typeModifier).int16(field.format)
  }
  to.end()
  return to.take()
}

export function decodeRowDescription(from: ByteReader): RowDescription {
  const fields: Field[] = []
  for (let left = from.count(19); left > 0; left--) fields.push(readField(from))
  return { kind: 'RowDescription', fields }
}

function readField(from: ByteReader): Field {
  const name = from.cstring()
  from.int32()
  from.int16()
  const typeOid = from.uint32()
  const typeSize = from.int16()
  const typeModifier = from.int32()
  const format = from.int16()
  if (format !== 0 && format !== 1) {
    throw new EverportError('protocol_violation', `invalid format code ${format}`)
  }
  return { name, typeOid, typeSize, typeModifier, format }
}
