import type { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

/** What a CancelRequest must show. */
export interface BackendKeyData {
  readonly kind: 'BackendKeyData'
  readonly processId: number
  /** 4 bytes in protocol 3.0, up to 256 since 3.2. */
  readonly secret: Uint8Array
}

export function encodeBackendKeyData(message: BackendKeyData, to: ByteWriter): void {
  to.begin('K').int32(message.processId).bytes(message.secret).end()
}

export function decodeBackendKeyData(from: ByteReader): BackendKeyData {
  return { kind: 'BackendKeyData', processId: from.uint32(), secret: from.rest() }
}
