import type { ByteWriter } from '../../byte-writer.ts'

export const sslRequestCode = 80877103

/** Asks for TLS; answered by one byte, 'S' or 'N'. */
export interface SslRequest {
  readonly kind: 'SSLRequest'
}

export function encodeSslRequest(to: ByteWriter): void {
  to.beginUntyped().int32(sslRequestCode).end()
}
