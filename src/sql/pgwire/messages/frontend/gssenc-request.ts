import type { ByteWriter } from '../../byte-writer.ts'

export const gssencRequestCode = 80877104

/** Asks for GSSAPI encryption; answered by one byte, 'G' or 'N'. */
export interface GssencRequest {
  readonly kind: 'GSSENCRequest'
}

export function encodeGssencRequest(to: ByteWriter): void {
  to.beginUntyped().int32(gssencRequestCode).end()
}
