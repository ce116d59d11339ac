import { type CertificateDocument, certificateKey } from '../../resources/certificates.ts'
import type { ListenerDocument } from '../../resources/load-balancing.ts'
import type { Snapshot } from '../../store/store.ts'

/** What a TLS listener offers its clients. */
export interface TlsSnapshot {
  /** The default first: for clients that name no server, or one that no certificate is for. */
  readonly certificates: readonly CertificateSnapshot[]
  /** ARNs that no document has: the listener cannot open without its default. */
  readonly missing: readonly string[]
  /** In order of the server's preference; empty: ALPN is not spoken. */
  readonly alpnProtocols: readonly string[]
  readonly versionMin: 'TLSv1.2' | 'TLSv1.3'
  readonly versionMax: 'TLSv1.2' | 'TLSv1.3'
}

export interface CertificateSnapshot {
  readonly arn: string
  /** Key of its document: the place that the private key is sealed for. */
  readonly place: string
  /** PEM: the certificate and its chain. */
  readonly chain: string
  readonly sealedKey: string
}

/** NLB guide, "ALPN policies". */
const alpnProtocols: Readonly<Record<string, readonly string[]>> = {
  HTTP1Only: ['http/1.1', 'http/1.0'],
  HTTP2Only: ['h2'],
  HTTP2Optional: ['http/1.1', 'http/1.0', 'h2'],
  HTTP2Preferred: ['h2', 'http/1.1', 'http/1.0'],
}

export function tlsSnapshot(
  store: Snapshot,
  { Listener: listener, AdditionalCertificates: additional = [] }: ListenerDocument,
): TlsSnapshot {
  const arns = new Set([
    ...(listener.Certificates ?? []).map(certificate => certificate.CertificateArn ?? ''),
    ...additional,
  ])
  const found = [...arns].map(arn => ({ arn, document: store.get<CertificateDocument>(certificateKey(arn)) }))
  return {
    certificates: found.flatMap(({ arn, document }) =>
      document === undefined
        ? []
        : [
            {
              arn,
              place: document.key,
              chain: [document.value.Certificate, document.value.CertificateChain ?? ''].join('\n'),
              sealedKey: document.value.SealedPrivateKey,
            },
          ],
    ),
    missing: found.filter(({ document }) => document === undefined).map(({ arn }) => arn),
    alpnProtocols: alpnProtocols[listener.AlpnPolicy?.[0] ?? 'None'] ?? [],
    ...versionsOf(listener.SslPolicy ?? ''),
  }
}

/**
 * By the names of AWS's policies: `…-TLS13-1-3-…` speaks 1.3 alone, other `…-TLS13-…` 1.2 and 1.3, the rest 1.2 at most. TLS 1.0 and
 * 1.1, which some policies still allow, are never spoken (RFC 8996).
 */
function versionsOf(policy: string): Pick<TlsSnapshot, 'versionMin' | 'versionMax'> {
  const has13 = policy === '' || policy.includes('TLS13')
  return {
    versionMin: policy.includes('TLS13-1-3') ? 'TLSv1.3' : 'TLSv1.2',
    versionMax: has13 ? 'TLSv1.3' : 'TLSv1.2',
  }
}
