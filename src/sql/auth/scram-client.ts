import { timingSafeEqual } from 'node:crypto'
import { EverportError } from '../../base/errors.ts'
import { preparePassword } from './saslprep.ts'
import { base64, fromBase64, hash, hmac, iterationsMax } from './scram-verifier.ts'

/** PBKDF2-HMAC-SHA-256 to 32 bytes; node:crypto's asynchronous one keeps the event loop free. */
export type DeriveKey = (password: Uint8Array, salt: Uint8Array, iterations: number) => Promise<Uint8Array>

/** A login after client-first-message was sent. */
export interface ScramClient {
  readonly nonce: string
  readonly clientFirstBare: string
  readonly clientFirst: string
  /** What is repeated in the last message: the header, and behind it what ties the login to its TLS session. */
  readonly channelBinding: Uint8Array
}

/** What to send, and what the server's last message must be: a server that knows no verifier cannot say it. */
export interface ScramProof {
  readonly clientFinal: string
  readonly serverFinal: string
}

/**
 * `nonce`: printable ASCII without a comma, of at least 18 random bytes. The name is left out; the startup packet has it. `binding`: the
 * server's certificate by `endPointBinding`, for SCRAM-SHA-256-PLUS.
 */
export function startScramClient(nonce: string, binding?: Uint8Array): ScramClient {
  const gs2Header = binding === undefined ? 'n,,' : 'p=tls-server-end-point,,'
  const clientFirstBare = `n=,r=${nonce}`
  const channelBinding = Buffer.concat([Buffer.from(gs2Header), binding ?? new Uint8Array()])
  return { nonce, clientFirstBare, clientFirst: gs2Header + clientFirstBare, channelBinding }
}

/** Answers server-first-message. */
export async function proveScram(
  client: ScramClient,
  serverFirst: string,
  password: string,
  deriveKey: DeriveKey,
): Promise<ScramProof> {
  const { nonce, salt, iterations } = parseServerFirst(serverFirst, client.nonce)
  const salted = await deriveKey(preparePassword(password), salt, iterations)
  const clientKey = hmac(salted, 'Client Key')
  const withoutProof = `c=${base64(client.channelBinding)},r=${nonce}`
  const authMessage = `${client.clientFirstBare},${serverFirst},${withoutProof}`
  const signature = hmac(hash(clientKey), authMessage)
  const proof = clientKey.map((byte, i) => byte ^ (signature[i] ?? 0))
  return {
    clientFinal: `${withoutProof},p=${base64(proof)}`,
    serverFinal: `v=${base64(hmac(hmac(salted, 'Server Key'), authMessage))}`,
  }
}

/** Whether the server has proved that it knows the verifier. */
export function isServerProved(proof: ScramProof, serverFinal: string): boolean {
  const [expected, found] = [Buffer.from(proof.serverFinal), Buffer.from(serverFinal)]
  return expected.length === found.length && timingSafeEqual(expected, found)
}

/** Remembers derived keys, so that a client that logs in again and again pays once. At most `entriesMax`, the oldest goes first. */
export function rememberingKeys(deriveKey: DeriveKey, entriesMax = 64): DeriveKey {
  const known = new Map<string, Promise<Uint8Array>>()
  return (password, salt, iterations) => {
    // The cache key holds a hash, so that the password itself is not kept.
    const key = `${base64(hash(password))}:${base64(salt)}:${iterations}`
    const found = known.get(key)
    if (found !== undefined) return found
    const derived = deriveKey(password, salt, iterations)
    derived.catch(() => known.delete(key))
    if (known.size >= entriesMax) known.delete(known.keys().next().value ?? '')
    known.set(key, derived)
    return derived
  }
}

function parseServerFirst(
  text: string,
  clientNonce: string,
): { nonce: string; salt: Uint8Array; iterations: number } {
  const match = /^r=([!-+\--~]+),s=([\w+/]+=*),i=(\d{1,9})(?:,|$)/.exec(text)
  if (match === null) throw new EverportError('protocol_violation', 'malformed SCRAM message from the server')
  const [, nonce = '', salt, count] = match
  // A nonce that does not begin with ours, or adds nothing to it, was made by someone who replays.
  if (!nonce.startsWith(clientNonce) || nonce.length === clientNonce.length) {
    throw new EverportError('protocol_violation', 'invalid SCRAM response: nonce does not match')
  }
  const iterations = Number(count)
  if (iterations < 1 || iterations > iterationsMax) {
    throw new EverportError('protocol_violation', `invalid SCRAM iteration count ${iterations}`)
  }
  return { nonce, salt: fromBase64(salt), iterations }
}
