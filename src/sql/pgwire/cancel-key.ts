import { timingSafeEqual } from 'node:crypto'
import type { Random } from '../../base/random.ts'

/** What a client shows to cancel its query from another connection. */
export interface CancelKey {
  readonly processId: number
  /** 4 bytes in protocol 3.0, 32 since 3.2. */
  readonly secret: Uint8Array
}

/** The process id is 11 bits of node number and 20 bits of session number; the sign bit stays 0, since clients show it. */
const sessionBits = 20
const sessionsMax = 1 << sessionBits
export const nodeNumberMax = 0x7ff
/** Of a client that reads keys of any length. Older ones are given the first four bytes. */
export const longSecretBytes = 32
export const shortSecretBytes = 4

export function makeCancelKey(nodeNumber: number, sessionNumber: number, random: Random): CancelKey {
  const processId = ((nodeNumber & nodeNumberMax) << sessionBits) | (sessionNumber & (sessionsMax - 1))
  const secret = Buffer.alloc(longSecretBytes)
  for (let at = 0; at < longSecretBytes; at += 4) secret.writeUInt32BE(random.uint32(), at)
  return { processId, secret }
}

/** Whose session a cancel is for, so that any node can pass it on. */
export function nodeNumberOf(processId: number): number {
  return (processId >>> sessionBits) & nodeNumberMax
}

/** In a time that does not depend on how much of it is right. */
export function isSecretRight(shown: Uint8Array, secret: Uint8Array): boolean {
  return shown.length === secret.length && timingSafeEqual(shown, secret)
}

/** The part of a key that a client of this minor version of protocol 3 is given. */
export function secretOf(session: { readonly key: CancelKey; readonly minorVersion: number }): Uint8Array {
  const { secret } = session.key
  return session.minorVersion >= 2 ? secret : secret.subarray(0, shortSecretBytes)
}
