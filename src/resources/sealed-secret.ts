import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Random } from '../base/random.ts'

export const sealKeyBytes = 32
const nonceBytes = 12
const tagBytes = 16

/**
 * A secret that the store may hold: AES-256-GCM under a key that is not in the store. `place` is the document's key; a sealed text that
 * was moved to another document does not open.
 */
export function sealSecret(key: Uint8Array, place: string, secret: Uint8Array, random: Random): string {
  const nonce = bytesOf(random, nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(place))
  const sealed = Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()])
  return sealed.toString('base64')
}

/** Undefined when it was not sealed with this key for this place. */
export function openSecret(key: Uint8Array, place: string, sealed: string): Uint8Array | undefined {
  const bytes = Buffer.from(sealed, 'base64')
  if (bytes.length < nonceBytes + tagBytes) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes))
  decipher.setAAD(Buffer.from(place))
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  try {
    return Uint8Array.from(
      Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]),
    )
  } catch {
    return undefined
  }
}

export function bytesOf(random: Random, count: number): Uint8Array {
  const bytes = Buffer.alloc(Math.ceil(count / 4) * 4)
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32BE(random.uint32(), at)
  return Uint8Array.from(bytes.subarray(0, count))
}

/** What signs bearer tokens and tickets of the runtime port. */
export const flightSecretKey = 'access/flight-secret'

export interface SealedFlightSecret {
  readonly sealed: string
}
