import { EverportError } from '../../../../base/errors.ts'
import { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

export const cancelRequestCode = 80877102
const secretBytesMin = 4
const secretBytesMax = 256

/** Comes on a connection of its own and is never answered. */
export interface CancelRequest {
  readonly kind: 'CancelRequest'
  readonly processId: number
  /** 4 bytes in protocol 3.0, up to 256 since 3.2. */
  readonly secret: Uint8Array
}

export function encodeCancelRequest(message: CancelRequest, to: ByteWriter): void {
  to.beginUntyped().int32(cancelRequestCode).int32(message.processId).bytes(message.secret).end()
}

/** `body` begins at the code. */
export function decodeCancelRequest(body: Uint8Array): CancelRequest {
  const from = new ByteReader(body)
  from.int32()
  const processId = from.uint32()
  const secret = from.rest()
  if (secret.length < secretBytesMin || secret.length > secretBytesMax) {
    throw new EverportError('protocol_violation', 'invalid length of cancel request')
  }
  return { kind: 'CancelRequest', processId, secret }
}
