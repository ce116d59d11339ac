import { createHmac } from 'node:crypto'
import type { Metadata } from '@grpc/grpc-js'
import { EverportError } from '../../base/errors.ts'
import { isPassword } from '../auth/password-check.ts'
import type { DeriveKey } from '../auth/scram-client.ts'
import { mockVerifier } from '../auth/scram-mock.ts'
import { parseVerifier } from '../auth/scram-verifier.ts'
import { certificateRefused } from '../pgwire/session-encryption.ts'
import type { TlsPolicy } from '../pgwire/tls-policy.ts'
import { type CertifiedCall, certifiedUser, checkCertificate } from './client-certificate.ts'
import { openWords, type Sealer, sealWords } from './sealed-words.ts'
import type { SealedWords } from './ticket.ts'

/** A login is good this long on every node; then the client logs in again. */
export const tokenLifetimeMs = 24 * 3_600_000

/** `authorization: Everport-Node …`: one node asks another. */
export const forwardScheme = 'Everport-Node'

const textMax = 1_024

export interface Caller {
  readonly user: string
  /** To be sent back when the caller came with a password: the token that spares it the next one. */
  readonly newToken?: string
  /** Another node asks on behalf of the user. */
  readonly isForwarded?: boolean
}

/** Its headers, and the connection that it came on. */
export interface IncomingCall extends CertifiedCall {
  readonly metadata: Metadata
}

export interface Authenticator {
  /** By `authorization: Bearer …` or `Basic …`, or by certificate. Rejects with 'invalid_authorization' or 'invalid_password'. */
  authenticate(call: IncomingCall): Promise<Caller>
  logIn(call: CertifiedCall, user: string, password: string): Promise<Caller>
}

/** Every call says who asks: what was trusted at a handshake would not hold behind a balancer. */
export function authenticator(
  sealer: Sealer,
  deriveKey: DeriveKey,
  policy: TlsPolicy | undefined,
): Authenticator {
  const mockSecret = createHmac('sha256', sealer.secret).update('everport flight mock').digest()

  const letIn = (user: string): Caller => {
    const words: SealedWords = { user, expiresMs: sealer.wallMs() + tokenLifetimeMs }
    return { user, newToken: sealWords(sealer, 'token', words).toString('base64url') }
  }

  const byCertificate = (user: string): Caller => {
    if (sealer.verifierOf(user) !== undefined) return letIn(user)
    throw certificateRefused(user)
  }

  const logIn = async (call: CertifiedCall, user: string, password: string): Promise<Caller> => {
    checkCertificate(policy, call, user)
    if (certifiedUser(policy, call) !== undefined) return byCertificate(user)
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
    return letIn(user)
  }

  return {
    logIn,
    async authenticate(call) {
      const header = String(call.metadata.get('authorization')[0] ?? '')
      const [scheme = '', value = ''] = header.split(/ +/, 2)
      if (/^bearer$/i.test(scheme)) {
        const { user } = openWords(sealer, 'token', Buffer.from(value, 'base64url'))
        checkCertificate(policy, call, user)
        return { user }
      }
      // Nodes know each other by their common secret; the user's certificate was looked at where the user called.
      if (scheme === forwardScheme) {
        const { user } = openWords(sealer, 'forward', Buffer.from(value, 'base64url'))
        return { user, isForwarded: true }
      }
      if (/^basic$/i.test(scheme)) {
        const [, user = '', password = ''] =
          /^([^:]*):([^]*)$/.exec(Buffer.from(value, 'base64').toString('utf8')) ?? []
        return await logIn(call, user, password)
      }
      const certified = certifiedUser(policy, call)
      if (certified !== undefined) return byCertificate(certified)
      throw new EverportError('invalid_authorization', 'no credentials were given', {
        hint: 'log in with user and password: Handshake, or the header "authorization: Basic …"',
      })
    },
  }
}
