import type { Certificate, CreateListenerInput, Listener } from '@aws-sdk/client-elastic-load-balancing-v2'
import { certificateKey } from '../../resources/certificates.ts'
import type { Snapshot } from '../../store/store.ts'
import type { BalancerType } from './arns.ts'
import { refuse } from './refusal.ts'
import { defaultSslPolicy, sslPolicies } from './ssl-policies.ts'

/** In the order in which AWS's sentence has them. */
const protocols: Readonly<Record<BalancerType, readonly string[]>> = {
  application: ['HTTPS', 'HTTP'],
  network: ['TCP', 'TLS', 'UDP', 'TCP_UDP'],
}
const alpnPolicies = ['HTTP1Only', 'HTTP2Only', 'HTTP2Optional', 'HTTP2Preferred', 'None']

export function checkListenerProtocol(type: BalancerType, protocol: string): void {
  if (!protocols[type].includes(protocol))
    throw refuse(
      'ValidationError',
      `Listener protocol '${protocol}' must be one of '${protocols[type].join(', ')}'`,
    )
}

/** Whether listeners of this protocol have certificates. */
export const isSecure = (protocol: string): boolean => protocol === 'TLS' || protocol === 'HTTPS'

type TlsFields = Pick<Listener, 'Certificates' | 'SslPolicy' | 'AlpnPolicy'>

/** What only a TLS or HTTPS listener has: a default certificate and a policy; and a TLS listener, what it says by ALPN. */
export function tlsFields(
  snapshot: Snapshot,
  protocol: string,
  asked: Pick<CreateListenerInput, 'Certificates' | 'SslPolicy' | 'AlpnPolicy' | 'MutualAuthentication'>,
): TlsFields {
  const { Certificates, SslPolicy = defaultSslPolicy, AlpnPolicy, MutualAuthentication } = asked
  const mode = MutualAuthentication?.Mode ?? 'off'
  if (mode !== 'off')
    throw refuse(
      'InvalidConfigurationRequest',
      `Mutual authentication mode '${mode}' is not served here: clients are asked for no certificates; use 'off'`,
    )
  if (protocol === 'HTTPS' && AlpnPolicy !== undefined)
    throw refuse(
      'InvalidConfigurationRequest',
      "AlpnPolicy can be specified for TLS listeners only; this listener's protocol is 'HTTPS'",
    )
  if (!isSecure(protocol)) {
    const given = Object.entries({ Certificates, SslPolicy: asked.SslPolicy, AlpnPolicy }).find(
      ([, value]) => value !== undefined,
    )
    if (given !== undefined)
      throw refuse(
        'InvalidConfigurationRequest',
        `${given[0]} can be specified for TLS and HTTPS listeners only; this listener's protocol is '${protocol}'`,
      )
    return {}
  }
  if (Certificates?.length !== 1)
    throw refuse('ValidationError', `A certificate must be specified for ${protocol} listeners, exactly one`)
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

/** Certificates are documents of the store; `everport certificate import` puts them there. */
export function checkedCertificate(snapshot: Snapshot, certificate: Certificate | undefined): string {
  const arn = certificate?.CertificateArn ?? ''
  if (snapshot.get(certificateKey(arn)) === undefined)
    throw refuse('CertificateNotFound', `Certificate '${arn}' not found`)
  return arn
}
