import { createHmac, timingSafeEqual } from 'node:crypto'

/** What only the nodes of the installation know. */
export type FlightSecret = Uint8Array

export const flightSecretBytes = 32

/**
 * Bytes that a client carries from one node to another: a text and a keyed digest of it (HMAC-SHA-256). The digest covers what the bytes are for
 * and the verifier of the user's password too: with a new password everything that was handed out before is void.
 */
export function sign(secret: FlightSecret, purpose: Purpose, payload: Uint8Array, verifier: string): Buffer {
  return Buffer.concat([digest(secret, purpose, payload, verifier), payload])
}

export type Purpose = 'token' | 'ticket' | 'statement' | 'forward'

/** What was signed, not yet believed. Undefined when the bytes are too short to be anything. */
export function signedPayload(bytes: Uint8Array): Buffer | undefined {
  return bytes.length <= digestBytes
    ? undefined
    : Buffer.from(bytes.buffer, bytes.byteOffset + digestBytes, bytes.length - digestBytes)
}

export function isSigned(
  secret: FlightSecret,
  purpose: Purpose,
  bytes: Uint8Array,
  verifier: string,
): boolean {
  const payload = signedPayload(bytes)
  return (
    payload !== undefined &&
    timingSafeEqual(bytes.subarray(0, digestBytes), digest(secret, purpose, payload, verifier))
  )
}

const digestBytes = 32

function digest(secret: FlightSecret, purpose: Purpose, payload: Uint8Array, verifier: string): Buffer {
  return createHmac('sha256', secret)
    .update(`everport flight ${purpose}\0`)
    .update(verifier)
    .update('\0')
    .update(payload)
    .digest()
}
