import { createHmac } from 'node:crypto'
import type { Metadata } from '@grpc/grpc-js'
import { EverportError } from '../../base/errors.ts'
import { isPassword } from '../auth/password-check.ts'
import type { DeriveKey } from '../auth/scram-client.ts'
import { mockVerifier } from '../auth/scram-mock.ts'
import { parseVerifier } from '../auth/scram-verifier.ts'
import { openWords, type Sealer, sealWords } from './sealed-words.ts'
import type { SealedWords } from './ticket.ts'

/** A login is good this long on every node; then the client logs in again. */
export const tokenLifetimeMs = 24 * 3_600_000

const textMax = 1_024

export interface Caller {
  readonly user: string
  /** To be sent back when the caller came with a password: the token that spares it the next one. */
  readonly newToken?: string
}

export interface Authenticator {
  /** Reads `authorization: Bearer …` or `Basic …`. Rejects with 'invalid_authorization' or 'invalid_password'. */
  authenticate(metadata: Metadata): Promise<Caller>
  logIn(user: string, password: string): Promise<Caller>
}

/** Every call says who asks: what was trusted at a handshake would not hold behind a balancer. */
export function authenticator(sealer: Sealer, deriveKey: DeriveKey): Authenticator {
  const mockSecret = createHmac('sha256', sealer.secret).update('everport flight mock').digest()

  const logIn = async (user: string, password: string): Promise<Caller> => {
    const text = user.length > textMax || password.length > textMax ? undefined : sealer.verifierOf(user)
    const verifier = text === undefined ? undefined : parseVerifier(text)
    // An unknown user costs as much as a wrong password, and is told the same.
    const known = await isPassword(
      verifier ?? mockVerifier(user.slice(0, textMax), mockSecret),
      password.slice(0, textMax),
      deriveKey,
    )
    if (verifier === undefined || !known) {
      throw new EverportError(
        'invalid_password',
        `password authentication failed for user "${user.slice(0, textMax)}"`,
      )
    }
    const words: SealedWords = { user, expiresMs: sealer.wallMs() + tokenLifetimeMs }
    return { user, newToken: sealWords(sealer, 'token', words).toString('base64url') }
  }

  return {
    logIn,
    async authenticate(metadata) {
      const header = String(metadata.get('authorization')[0] ?? '')
      const [scheme = '', value = ''] = header.split(/ +/, 2)
      if (/^bearer$/i.test(scheme)) {
        return { user: openWords(sealer, 'token', Buffer.from(value, 'base64url')).user }
      }
      if (/^basic$/i.test(scheme)) {
        const [, user = '', password = ''] =
          /^([^:]*):([^]*)$/.exec(Buffer.from(value, 'base64').toString('utf8')) ?? []
        return await logIn(user, password)
      }
      throw new EverportError('invalid_authorization', 'no credentials were given', {
        hint: 'log in with user and password: Handshake, or the header "authorization: Basic …"',
      })
    },
  }
}
