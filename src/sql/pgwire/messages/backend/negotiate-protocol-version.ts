import { EverportError } from '../../../../base/errors.ts'
import type { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

/** Sent when the client asked for a newer 3.x, or for `_pq_.` options: what we speak, and which options we do not know. */
export interface NegotiateProtocolVersion {
  readonly kind: 'NegotiateProtocolVersion'
  /** The whole version number (3.0 is 196608), as PostgreSQL sends it and libpq reads it. */
  readonly newest: number
  readonly unknownOptions: readonly string[]
}

export function encodeNegotiateProtocolVersion(message: NegotiateProtocolVersion, to: ByteWriter): void {
  to.begin('v').int32(message.newest).int32(message.unknownOptions.length)
  for (const option of message.unknownOptions) to.cstring(option)
  to.end()
}

export function decodeNegotiateProtocolVersion(from: ByteReader): NegotiateProtocolVersion {
  const newest = from.int32()
  const count = from.int32()
  if (count < 0 || count > from.remaining) {
    throw new EverportError('protocol_violation', 'insufficient data left in message')
  }
  const unknownOptions: string[] = []
  for (let left = count; left > 0; left--) unknownOptions.push(from.cstring())
  return { kind: 'NegotiateProtocolVersion', newest, unknownOptions }
}
