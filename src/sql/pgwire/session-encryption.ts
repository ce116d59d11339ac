import { EverportError } from '../../base/errors.ts'
import { endSession, send, sendFatal } from './session-answers.ts'
import type { Effect } from './session-events.ts'
import type { Session, SessionState } from './session-state.ts'
import type { TlsFacts } from './tls-policy.ts'

/** The application protocol (ALPN) of a client that begins with TLS at once. */
export const postgresProtocol = 'postgresql'

type StateOf<K extends SessionState['kind']> = Extract<SessionState, { kind: K }>

/** SSLRequest or GSSENCRequest. Each may be asked once; a client that goes on asking is no client. */
export function onEncryptionRequest(
  session: Session,
  state: StateOf<'startup'>,
  request: 'SSLRequest' | 'GSSENCRequest',
  out: Effect[],
): void {
  const asked = [...state.asked, request]
  if (state.asked.includes(request)) return endSession(session, out)
  if (request === 'GSSENCRequest' || session.tlsPolicy.mode === 'off' || session.tls !== undefined) {
    session.state = { kind: 'startup', asked }
    return send(out, { kind: 'EncryptionRefused' })
  }
  session.state = { kind: 'securing', asked, isDirect: false }
  send(out, { kind: 'EncryptionAccepted' })
  out.push({ kind: 'startTls', isDirect: false })
}

/** A client that speaks TLS from its first byte would not understand a refusal in clear text. */
export function onDirectTls(session: Session, state: StateOf<'startup'>, out: Effect[]): void {
  const isFirst = state.asked.length === 0 && session.tls === undefined
  if (session.tlsPolicy.mode === 'off' || !isFirst) return endSession(session, out)
  session.state = { kind: 'securing', asked: ['SSLRequest'], isDirect: true }
  out.push({ kind: 'startTls', isDirect: true })
}

/**
 * Who asked for TLS in PostgreSQL's way was talking to a PostgreSQL server; who did not must have named the protocol in the handshake, or
 * it could be a client of something else whose bytes somebody sent here.
 */
export function onSecured(session: Session, state: StateOf<'securing'>, tls: TlsFacts, out: Effect[]): void {
  session.tls = tls
  session.state = { kind: 'startup', asked: state.asked }
  if (!state.isDirect || tls.protocol === postgresProtocol) return
  const message = `direct TLS needs the application protocol "${postgresProtocol}" (ALPN)`
  sendFatal(session, new EverportError('protocol_violation', message), out)
}

/** Throws when the client may not go on as it came. */
export function checkEncryption({ tlsPolicy, tls }: Session): void {
  const { mode, clientCertificates } = tlsPolicy
  if (tls === undefined && (mode === 'required' || clientCertificates !== 'off')) {
    throw new EverportError('invalid_authorization', 'this server takes encrypted connections only', {
      hint: 'connect with sslmode=require, or verify-full and the certificate of its authority',
    })
  }
  if (clientCertificates !== 'off' && tls?.commonName === undefined) {
    throw new EverportError('invalid_authorization', 'connection requires a valid client certificate', {
      hint: 'give the client a certificate and its key: sslcert and sslkey',
    })
  }
}

/** Throws when the certificate is another user's. */
export function checkCertificate({ tlsPolicy, tls }: Session, user: string): void {
  const { clientCertificates, users } = tlsPolicy
  if (clientCertificates === 'off' || clientCertificates === 'verify-ca') return
  const commonName = tls?.commonName ?? ''
  if ((users.get(commonName) ?? commonName) !== user) throw certificateRefused(user)
}

export function certificateRefused(user: string): EverportError {
  return new EverportError('invalid_authorization', `certificate authentication failed for user "${user}"`)
}
