import { type AttributeRules, numberOf, ofOtherTypes } from './attribute-rules.ts'

/** Of a TCP listener; those of other protocols have fixed times and no attributes to set (NLB guide, "Update the idle timeout"). */
export const listenerAttributeRules: AttributeRules = {
  'tcp.idle_timeout.seconds': numberOf(60, 6_000, '350'),
  ...ofOtherTypes(
    'routing.http.request.x_amzn_mtls_clientcert.header_name',
    'routing.http.request.x_amzn_tls_cipher_suite.header_name',
    'routing.http.request.x_amzn_tls_version.header_name',
    'routing.http.response.server.enabled',
  ),
}

export const listenerAttributeWords = {
  key: 'Listener attribute key',
  others: 'listeners of network load balancers with this protocol',
} as const

export function attributeRulesOf(protocol: string): AttributeRules {
  return protocol === 'TCP' || protocol === 'TCP_UDP'
    ? listenerAttributeRules
    : { ...listenerAttributeRules, ...ofOtherTypes('tcp.idle_timeout.seconds') }
}
