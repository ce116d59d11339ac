import { X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import { EverportError } from '../../base/errors.ts'
import { openSecret } from '../../resources/sealed-secret.ts'
import type { CertificateSnapshot, TlsSnapshot } from '../selection/tls-snapshot.ts'

/** Certificates of one listener with their keys, made ready. */
export interface ServerCertificates {
  /** That of the server that a client named, else the default (RFC 6066 section 3). */
  contextFor(serverName: string): SecureContext
  /** For clients that name no server. */
  readonly default: SecureContextOptions
}

/** Throws 'invalid_input' when the default certificate is missing, or a key cannot be opened or does not fit. */
export function serverCertificates(tls: TlsSnapshot, sealKey: Uint8Array | undefined): ServerCertificates {
  const loaded = tls.certificates.map(certificate => load(certificate, tls, sealKey))
  const [first] = loaded
  if (first === undefined) {
    throw new EverportError('invalid_input', 'the listener has no certificate', {
      detail: tls.missing.length === 0 ? 'none is named' : `there is no ${tls.missing.join(', ')}`,
    })
  }
  return {
    default: first.options,
    contextFor(serverName) {
      const named = loaded.find(({ certificate }) => certificate.checkHost(serverName) !== undefined)
      return (named ?? first).context
    },
  }
}

function load(
  { arn, place, chain, sealedKey }: CertificateSnapshot,
  { versionMin, versionMax }: TlsSnapshot,
  sealKey: Uint8Array | undefined,
): { certificate: X509Certificate; options: SecureContextOptions; context: SecureContext } {
  const key = sealKey === undefined ? undefined : openSecret(sealKey, place, sealedKey)
  if (key === undefined) {
    throw new EverportError('invalid_input', `the private key of ${arn} cannot be opened`, {
      hint: 'it was sealed by another installation: import the certificate again',
    })
  }
  try {
    const options = {
      cert: chain,
      key: Buffer.from(key),
      minVersion: versionMin,
      maxVersion: versionMax,
    }
    return { certificate: new X509Certificate(chain), options, context: createSecureContext(options) }
  } catch (error) {
    throw new EverportError('invalid_input', `certificate ${arn} cannot be used`, { cause: error })
  }
}
