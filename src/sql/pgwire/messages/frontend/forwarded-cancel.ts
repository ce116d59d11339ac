import { EverportError } from '../../../../base/errors.ts'
import { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

/** No code of PostgreSQL's, which begin with the same 16 bits. */
export const forwardedCancelCode = (1234 << 16) | 9996
const sealedBytesMax = 512

/**
 * Everport's own: a cancel request that came to another node of the cluster, which passes it on. Comes on a connection of its own and is
 * never answered. `sealed`: see cancel-forwarding.ts.
 */
export interface ForwardedCancel {
  readonly kind: 'ForwardedCancel'
  readonly sealed: Uint8Array
}

export function encodeForwardedCancel(message: ForwardedCancel, to: ByteWriter): void {
  to.beginUntyped().int32(forwardedCancelCode).bytes(message.sealed).end()
}

/** `body` begins at the code. */
export function decodeForwardedCancel(body: Uint8Array): ForwardedCancel {
  const from = new ByteReader(body)
  from.int32()
  const sealed = from.rest()
  if (sealed.length > sealedBytesMax) {
    throw new EverportError('protocol_violation', 'invalid length of forwarded cancel request')
  }
  return { kind: 'ForwardedCancel', sealed }
}
