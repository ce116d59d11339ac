import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { preparePassword } from './saslprep.ts'

/** What a server keeps instead of a password (RFC 5803). */
export interface ScramVerifier {
  readonly iterations: number
  readonly salt: Uint8Array
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

export const keyBytes = 32
/** PostgreSQL's defaults (scram_iterations, SCRAM_DEFAULT_SALT_LEN). */
export const defaultIterations = 4096
export const defaultSaltBytes = 16
/** A client that believed any count could be kept busy for minutes. */
export const iterationsMax = 1_000_000

export const hmac = (key: Uint8Array, text: string | Uint8Array): Buffer =>
  createHmac('sha256', key).update(text).digest()

export const hash = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

/** In PostgreSQL's form: `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`. Takes milliseconds of processor time. */
export function createVerifier(password: string, salt: Uint8Array, iterations = defaultIterations): string {
  const salted = pbkdf2Sync(preparePassword(password), salt, iterations, keyBytes, 'sha256')
  return formatVerifier({
    iterations,
    salt,
    storedKey: hash(hmac(salted, 'Client Key')),
    serverKey: hmac(salted, 'Server Key'),
  })
}

export function formatVerifier(verifier: ScramVerifier): string {
  const { iterations, salt, storedKey, serverKey } = verifier
  return `SCRAM-SHA-256$${iterations}:${base64(salt)}$${base64(storedKey)}:${base64(serverKey)}`
}

/** Undefined when the text is not a verifier. */
export function parseVerifier(text: string): ScramVerifier | undefined {
  const match = /^SCRAM-SHA-256\$(\d{1,7}):([\w+/]+=*)\$([\w+/]+=*):([\w+/]+=*)$/.exec(text)
  if (match === null) return undefined
  const [, iterations, salt, storedKey, serverKey] = match
  const verifier = {
    iterations: Number(iterations),
    salt: fromBase64(salt),
    storedKey: fromBase64(storedKey),
    serverKey: fromBase64(serverKey),
  }
  const isWhole =
    verifier.iterations >= 1 &&
    verifier.iterations <= iterationsMax &&
    verifier.salt.length > 0 &&
    verifier.storedKey.length === keyBytes &&
    verifier.serverKey.length === keyBytes
  return isWhole ? verifier : undefined
}

export const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

export const fromBase64 = (text = ''): Buffer => Buffer.from(text, 'base64')
