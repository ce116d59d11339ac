import type { SslPolicy } from '@aws-sdk/client-elastic-load-balancing-v2'

export const defaultSslPolicy = 'ELBSecurityPolicy-TLS13-1-2-2021-06'

const tls13 = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256']
const forwardSecret = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
]

/** Names of AWS's policies that our TLS and HTTPS listeners speak; see balancer/selection/tls-snapshot.ts for which versions each means. */
export const sslPolicies: readonly SslPolicy[] = [
  policy('ELBSecurityPolicy-TLS13-1-2-2021-06', ['TLSv1.2', 'TLSv1.3'], [...tls13, ...forwardSecret]),
  policy('ELBSecurityPolicy-TLS13-1-2-Res-2021-06', ['TLSv1.2', 'TLSv1.3'], [...tls13, ...forwardSecret]),
  policy('ELBSecurityPolicy-TLS13-1-3-2021-06', ['TLSv1.3'], tls13),
  policy('ELBSecurityPolicy-TLS-1-2-2017-01', ['TLSv1.2'], forwardSecret),
  policy('ELBSecurityPolicy-FS-1-2-Res-2020-10', ['TLSv1.2'], forwardSecret),
  policy('ELBSecurityPolicy-2016-08', ['TLSv1.2'], forwardSecret),
]

function policy(Name: string, SslProtocols: readonly string[], ciphers: readonly string[]): SslPolicy {
  return {
    Name,
    SslProtocols: [...SslProtocols],
    Ciphers: ciphers.map((cipher, at) => ({ Name: cipher, Priority: at + 1 })),
    SupportedLoadBalancerTypes: ['application', 'network'],
  }
}
