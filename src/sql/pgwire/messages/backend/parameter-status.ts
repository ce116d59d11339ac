import type { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

export interface ParameterStatus {
  readonly kind: 'ParameterStatus'
  readonly name: string
  readonly value: string
}

export function encodeParameterStatus(message: ParameterStatus, to: ByteWriter): void {
  to.begin('S').cstring(message.name).cstring(message.value).end()
}

export function decodeParameterStatus(from: ByteReader): ParameterStatus {
  return { kind: 'ParameterStatus', name: from.cstring(), value: from.cstring() }
}
