import type { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

/** All of type 'R'; a code tells them apart. */
const codes = { ok: 0, sasl: 10, saslContinue: 11, saslFinal: 12 } as const

export interface AuthenticationOk {
  readonly kind: 'AuthenticationOk'
}
export interface AuthenticationSasl {
  readonly kind: 'AuthenticationSASL'
  readonly mechanisms: readonly string[]
}
export interface AuthenticationSaslContinue {
  readonly kind: 'AuthenticationSASLContinue'
  readonly data: Uint8Array
}
export interface AuthenticationSaslFinal {
  readonly kind: 'AuthenticationSASLFinal'
  readonly data: Uint8Array
}
/** A way to log in that Everport does not speak (clear text, MD5, GSS …). */
export interface AuthenticationOther {
  readonly kind: 'AuthenticationOther'
  readonly code: number
  readonly data: Uint8Array
}

export type Authentication =
  | AuthenticationOk
  | AuthenticationSasl
  | AuthenticationSaslContinue
  | AuthenticationSaslFinal
  | AuthenticationOther

export function encodeAuthentication(message: Authentication, to: ByteWriter): void {
  to.begin('R')
  switch (message.kind) {
    case 'AuthenticationOk':
      to.int32(codes.ok)
      break
    case 'AuthenticationSASL':
      to.int32(codes.sasl)
      for (const mechanism of message.mechanisms) to.cstring(mechanism)
      to.uint8(0)
      break
    case 'AuthenticationSASLContinue':
      to.int32(codes.saslContinue).bytes(message.data)
      break
    case 'AuthenticationSASLFinal':
      to.int32(codes.saslFinal).bytes(message.data)
      break
    case 'AuthenticationOther':
      to.int32(message.code).bytes(message.data)
  }
  to.end()
}

export function decodeAuthentication(from: ByteReader): Authentication {
  const code = from.int32()
  if (code === codes.ok) return { kind: 'AuthenticationOk' }
  if (code === codes.sasl) return { kind: 'AuthenticationSASL', mechanisms: readMechanisms(from) }
  if (code === codes.saslContinue) return { kind: 'AuthenticationSASLContinue', data: from.rest() }
  if (code === codes.saslFinal) return { kind: 'AuthenticationSASLFinal', data: from.rest() }
  return { kind: 'AuthenticationOther', code, data: from.rest() }
}

function readMechanisms(from: ByteReader): string[] {
  const mechanisms: string[] = []
  for (let name = from.cstring(); name !== ''; name = from.cstring()) mechanisms.push(name)
  return mechanisms
}
