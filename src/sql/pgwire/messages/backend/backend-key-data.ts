import type { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

/** What a CancelRequest must show; both are unsigned 32-bit numbers. */
export interface BackendKeyData {
  readonly kind: 'BackendKeyData'
  readonly processId: number
  readonly secret: number
}

export function encodeBackendKeyData(message: BackendKeyData, to: ByteWriter): void {
  to.begin('K').int32(message.processId).int32(message.secret).end()
}

export function decodeBackendKeyData(from: ByteReader): BackendKeyData {
  return { kind: 'BackendKeyData', processId: from.uint32(), secret: from.uint32() }
}
