import type { Certificate, CreateListenerInput, Listener } from '@aws-sdk/client-elastic-load-balancing-v2'
import { certificateKey } from '../../resources/certificates.ts'
import type { Snapshot } from '../../store/store.ts'
import { refuse } from './refusal.ts'
import { defaultSslPolicy, sslPolicies } from './ssl-policies.ts'

const protocols = ['TCP', 'TLS', 'UDP', 'TCP_UDP'] as const
const alpnPolicies = ['HTTP1Only', 'HTTP2Only', 'HTTP2Optional', 'HTTP2Preferred', 'None']

export function checkListenerProtocol(protocol: string): void {
  if (!(protocols as readonly string[]).includes(protocol))
    throw refuse(
      'ValidationError',
      `Listener protocol '${protocol}' must be one of '${protocols.join(', ')}'`,
    )
}

type TlsFields = Pick<Listener, 'Certificates' | 'SslPolicy' | 'AlpnPolicy'>

/** What only a TLS listener has: a default certificate, a policy, and what it says by ALPN. */
export function tlsFields(
  snapshot: Snapshot,
  protocol: string,
  asked: Pick<CreateListenerInput, 'Certificates' | 'SslPolicy' | 'AlpnPolicy'>,
): TlsFields {
  const { Certificates, SslPolicy = defaultSslPolicy, AlpnPolicy } = asked
  if (protocol !== 'TLS') {
    const given = Object.entries({ Certificates, SslPolicy: asked.SslPolicy, AlpnPolicy }).find(
      ([, value]) => value !== undefined,
    )
    if (given !== undefined)
      throw refuse(
        'InvalidConfigurationRequest',
        `${given[0]} can be specified for TLS listeners only; this listener's protocol is '${protocol}'`,
      )
    return {}
  }
  if (Certificates?.length !== 1)
    throw refuse('ValidationError', 'A certificate must be specified for TLS listeners, exactly one')
  if (!sslPolicies.some(({ Name }) => Name === SslPolicy))
    throw refuse('SSLPolicyNotFound', `SSL policy '${SslPolicy}' not found`)
  const alpn = AlpnPolicy?.[0]
  if (alpn !== undefined && (AlpnPolicy?.length !== 1 || !alpnPolicies.includes(alpn)))
    throw refuse('ALPNPolicyNotFound', `ALPN policy '${alpn}' must be one of '${alpnPolicies.join(', ')}'`)
  return {
    Certificates: [{ CertificateArn: checkedCertificate(snapshot, Certificates[0]) }],
    SslPolicy,
    ...(AlpnPolicy === undefined ? {} : { AlpnPolicy: [...AlpnPolicy] }),
  }
}

/** Certificates are documents of the store; see docs/reference/balancer.md for how one is put there. */
export function checkedCertificate(snapshot: Snapshot, certificate: Certificate | undefined): string {
  const arn = certificate?.CertificateArn ?? ''
  if (snapshot.get(certificateKey(arn)) === undefined)
    throw refuse('CertificateNotFound', `Certificate '${arn}' not found`)
  return arn
}
