import { defaultIterations, defaultSaltBytes, hmac, type ScramVerifier } from './scram-verifier.ts'

/**
 * The verifier of a role that does not exist. Its salt is the same at every try, as a real role's is, so that nothing in the exchange
 * tells the two apart; no proof matches it, since nobody knows a password behind random-looking keys.
 */
export function mockVerifier(user: string, serverSecret: Uint8Array): ScramVerifier {
  const derived = (purpose: string): Buffer => hmac(serverSecret, `${purpose}:${user}`)
  return {
    iterations: defaultIterations,
    salt: derived('salt').subarray(0, defaultSaltBytes),
    storedKey: derived('stored key'),
    serverKey: derived('server key'),
  }
}
