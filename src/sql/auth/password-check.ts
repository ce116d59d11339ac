import { timingSafeEqual } from 'node:crypto'
import { preparePassword } from './saslprep.ts'
import type { DeriveKey } from './scram-client.ts'
import { hash, hmac, type ScramVerifier } from './scram-verifier.ts'

/** Whether a password that came in plain text is the one that the verifier was made of (RFC 5802: StoredKey = H(ClientKey)). */
export async function isPassword(
  verifier: ScramVerifier,
  password: string,
  deriveKey: DeriveKey,
): Promise<boolean> {
  const salted = await deriveKey(preparePassword(password), verifier.salt, verifier.iterations)
  return timingSafeEqual(hash(hmac(salted, 'Client Key')), verifier.storedKey)
}
