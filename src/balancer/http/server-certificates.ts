import { X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import type { TlsIdentity } from '../../base/tls-identity.ts'

/** Certificates of one listener with their keys, made ready. */
export interface ServerCertificates {
  /** That of the server that a client named, else the default (RFC 6066 section 3). */
  contextFor(serverName: string): SecureContext
  /** For clients that name no server. */
  readonly default: SecureContextOptions
}

export function serverCertificates(identity: TlsIdentity): ServerCertificates {
  const { versions, others = [] } = identity
  const [first, ...more] = [identity, ...others].map(({ certificate, privateKey }) => {
    const options: SecureContextOptions = {
      cert: certificate,
      key: privateKey,
      ...(versions === undefined ? {} : { minVersion: versions.min, maxVersion: versions.max }),
    }
    return { certificate: new X509Certificate(certificate), options, context: createSecureContext(options) }
  }) as [Loaded, ...Loaded[]]
  return {
    default: first.options,
    contextFor(serverName) {
      const named = [first, ...more].find(
        ({ certificate }) => certificate.checkHost(serverName) !== undefined,
      )
      return (named ?? first).context
    },
  }
}

interface Loaded {
  readonly certificate: X509Certificate
  readonly options: SecureContextOptions
  readonly context: SecureContext
}
