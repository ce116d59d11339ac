import { EverportError } from '../../base/errors.ts'
import { type FlightSecret, isSigned, type Purpose, sign, signedPayload } from './signature.ts'
import type { SealedWords, WordsOf } from './ticket.ts'

/** Who may be asked about signed bytes: any node, since all know the same secret and the same verifiers. */
export interface Sealer {
  readonly secret: FlightSecret
  /** A user's SCRAM verifier, or undefined for who may not log in. */
  verifierOf(user: string): string | undefined
  /** Milliseconds since 1970. */
  wallMs(): number
}

const named: Record<Purpose, string> = {
  token: 'bearer token',
  ticket: 'ticket',
  statement: 'prepared statement',
  forward: 'word of another node',
}

export function sealWords<P extends Purpose>(sealer: Sealer, purpose: P, words: WordsOf[P]): Buffer {
  const verifier = sealer.verifierOf(words.user) ?? ''
  return sign(sealer.secret, purpose, Buffer.from(JSON.stringify(words)), verifier)
}

/** Rejects what was not signed by a node of this installation, or too long ago. */
export function openWords<P extends Purpose>(sealer: Sealer, purpose: P, bytes: Uint8Array): WordsOf[P] {
  const words = readWords(signedPayload(bytes))
  const verifier = words === undefined ? undefined : sealer.verifierOf(words.user)
  if (words === undefined || verifier === undefined || !isSigned(sealer.secret, purpose, bytes, verifier)) {
    throw refused(
      purpose,
      `the ${named[purpose]} was not issued here`,
      'it is forged, damaged, or from before a change of password',
    )
  }
  if (words.expiresMs <= sealer.wallMs()) {
    throw refused(
      purpose,
      `the ${named[purpose]} has expired`,
      `it was good until ${new Date(words.expiresMs).toISOString()}`,
    )
  }
  return words as WordsOf[P]
}

/** Another user's are refused like forged ones, but said plainly: whoever has them knows whose they are. */
export function openOwnWords<P extends 'ticket' | 'statement'>(
  sealer: Sealer,
  purpose: P,
  bytes: Uint8Array,
  user: string,
): WordsOf[P] {
  const words = openWords(sealer, purpose, bytes)
  if (words.user === user) return words
  throw new EverportError('insufficient_privilege', `the ${named[purpose]} belongs to another user`, {
    hint: `ask for one of your own with ${purpose === 'ticket' ? 'GetFlightInfo' : 'CreatePreparedStatement'}`,
  })
}

function refused(purpose: Purpose, message: string, detail: string): EverportError {
  const isLogin = purpose === 'token' || purpose === 'forward'
  const hint = isLogin ? 'log in again' : 'run the statement again'
  return new EverportError(isLogin ? 'invalid_authorization' : 'insufficient_privilege', message, {
    detail: `${detail}.`,
    hint,
  })
}

function readWords(payload: Buffer | undefined): SealedWords | undefined {
  if (payload === undefined) return undefined
  try {
    const words: unknown = JSON.parse(payload.toString('utf8'))
    return isSealedWords(words) ? words : undefined
  } catch {
    return undefined
  }
}

function isSealedWords(words: unknown): words is SealedWords {
  if (typeof words !== 'object' || words === null) return false
  const { user, expiresMs } = words as Record<string, unknown>
  return typeof user === 'string' && typeof expiresMs === 'number'
}
