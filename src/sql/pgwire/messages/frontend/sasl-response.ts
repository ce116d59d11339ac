import type { ByteWriter } from '../../byte-writer.ts'

export interface SaslResponse {
  readonly kind: 'SASLResponse'
  readonly data: Uint8Array
}

export function encodeSaslResponse(message: SaslResponse, to: ByteWriter): void {
  to.begin('p').bytes(message.data).end()
}

export function decodeSaslResponse(body: Uint8Array): SaslResponse {
  return { kind: 'SASLResponse', data: body }
}
