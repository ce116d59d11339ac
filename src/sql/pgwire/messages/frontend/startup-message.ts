import { EverportError } from '../../../../base/errors.ts'
import { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

export const protocolVersion30 = 3 << 16
/** Keys for cancelling may be longer than four bytes. There never was a 3.1. */
export const protocolVersion32 = (3 << 16) | 2

/** The first packet of a session: what is asked for, as names and values (`user`, `database`, settings). */
export interface StartupMessage {
  readonly kind: 'StartupMessage'
  /** Major version in the high 16 bits, minor in the low. */
  readonly protocolVersion: number
  readonly parameters: ReadonlyMap<string, string>
}

export function encodeStartupMessage(message: StartupMessage, to: ByteWriter): void {
  to.beginUntyped().int32(message.protocolVersion)
  for (const [name, value] of message.parameters) to.cstring(name).cstring(value)
  to.uint8(0).end()
}

/** `body` begins at the version. Other major versions have other layouts, so theirs is not read. */
export function decodeStartupMessage(body: Uint8Array): StartupMessage {
  const from = new ByteReader(body)
  const version = from.int32()
  const parameters = new Map<string, string>()
  if (version >>> 16 !== 3) return { kind: 'StartupMessage', protocolVersion: version, parameters }
  for (let name = from.cstring(); name !== ''; name = from.cstring()) parameters.set(name, from.cstring())
  if (from.remaining !== 0) {
    throw new EverportError(
      'protocol_violation',
      'invalid startup packet layout: expected terminator as last byte',
    )
  }
  return { kind: 'StartupMessage', protocolVersion: version, parameters }
}
