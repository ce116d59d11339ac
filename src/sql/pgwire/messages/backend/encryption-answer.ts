import type { ByteWriter } from '../../byte-writer.ts'

/** The answer to SSLRequest: one byte, no length. A TLS handshake follows. */
export interface EncryptionAccepted {
  readonly kind: 'EncryptionAccepted'
}

/** The answer to SSLRequest and GSSENCRequest: one byte, no length. The client then goes on in clear text or leaves. */
export interface EncryptionRefused {
  readonly kind: 'EncryptionRefused'
}

export function encodeEncryptionAnswer(
  message: EncryptionAccepted | EncryptionRefused,
  to: ByteWriter,
): void {
  to.uint8((message.kind === 'EncryptionAccepted' ? 'S' : 'N').charCodeAt(0))
}
