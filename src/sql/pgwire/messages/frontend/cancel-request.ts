import { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

export const cancelRequestCode = 80877102

/** Comes on a connection of its own and is never answered. */
export interface CancelRequest {
  readonly kind: 'CancelRequest'
  readonly processId: number
  readonly secret: number
}

export function encodeCancelRequest(message: CancelRequest, to: ByteWriter): void {
  to.beginUntyped().int32(cancelRequestCode).int32(message.processId).int32(message.secret).end()
}

/** `body` begins at the code. */
export function decodeCancelRequest(body: Uint8Array): CancelRequest {
  const from = new ByteReader(body)
  from.int32()
  const message = { kind: 'CancelRequest', processId: from.uint32(), secret: from.uint32() } as const
  from.end()
  return message
}
