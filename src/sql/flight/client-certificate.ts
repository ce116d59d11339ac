import type { PeerCertificate } from 'node:tls'
import { EverportError } from '../../base/errors.ts'
import { certificateRefused } from '../pgwire/session-encryption.ts'
import type { TlsPolicy } from '../pgwire/tls-policy.ts'

/** Whoever calls, with what is known of the connection. */
export interface CertifiedCall {
  getAuthContext(): { readonly sslPeerCertificate?: PeerCertificate | undefined }
}

/**
 * What the client's certificate must be, on every call, since a token says nothing of the connection that it comes on:
 *
 *   rule          no certificate   of another name   password
 *   off           taken            taken             asked
 *   verify-ca     refused          taken             asked
 *   verify-full   refused          refused           asked
 *   login         refused          refused           not asked: `certifiedUser` logs in
 *
 * An authority that does not vouch for it has refused it before, in the handshake.
 */
export function checkCertificate(policy: TlsPolicy | undefined, call: CertifiedCall, user: string): void {
  if (policy === undefined || policy.clientCertificates === 'off') return
  const certified = userOf(policy, call)
  if (policy.clientCertificates !== 'verify-ca' && certified !== user) {
    throw certificateRefused(user)
  }
}

/** The user that the certificate logs in, or undefined where it does not. Rejects who has none where one is asked for. */
export function certifiedUser(policy: TlsPolicy | undefined, call: CertifiedCall): string | undefined {
  return policy?.clientCertificates === 'login' ? userOf(policy, call) : undefined
}

function userOf({ users }: TlsPolicy, call: CertifiedCall): string {
  const { sslPeerCertificate } = call.getAuthContext()
  if (sslPeerCertificate === undefined) {
    throw new EverportError('invalid_authorization', 'connection requires a valid client certificate', {
      hint: 'give the client a certificate and its key',
    })
  }
  const names = sslPeerCertificate.subject.CN
  // As on the PostgreSQL port: the last of several.
  const commonName = [names ?? ''].flat().at(-1) ?? ''
  return users.get(commonName) ?? commonName
}
