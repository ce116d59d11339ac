import type { ByteWriter } from '../../byte-writer.ts'

/** The answer to SSLRequest and GSSENCRequest: one byte, no length. The client then goes on in clear text or leaves. */
export interface EncryptionRefused {
  readonly kind: 'EncryptionRefused'
}

export function encodeEncryptionRefused(to: ByteWriter): void {
  to.uint8(0x4e)
}
