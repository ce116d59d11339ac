import { type AttributeRules, numberOf, ofOtherTypes } from './attribute-rules.ts'

const httpKeys = [
  ...['', '_serial_number', '_issuer', '_subject', '_validity', '_leaf'].map(
    part => `routing.http.request.x_amzn_mtls_clientcert${part}.header_name`,
  ),
  'routing.http.request.x_amzn_tls_cipher_suite.header_name',
  'routing.http.request.x_amzn_tls_version.header_name',
  'routing.http.response.server.enabled',
  ...[
    'strict_transport_security',
    'access_control_allow_origin',
    'access_control_allow_methods',
    'access_control_allow_headers',
    'access_control_allow_credentials',
    'access_control_expose_headers',
    'access_control_max_age',
    'content_security_policy',
    'x_content_type_options',
    'x_frame_options',
  ].map(header => `routing.http.response.${header}.header_value`),
]

/**
 * Of a TCP listener; those of TLS and UDP have fixed times and no attributes to set (NLB guide, "Update the idle timeout"), and HTTP listeners
 * change no headers but those that every application load balancer does.
 */
const listenerAttributeRules: AttributeRules = {
  'tcp.idle_timeout.seconds': numberOf(60, 6_000, '350'),
  ...ofOtherTypes(...httpKeys),
}

export const listenerAttributeWords = {
  key: 'Listener attribute key',
  others: 'listeners with this protocol here',
} as const

export function attributeRulesOf(protocol: string): AttributeRules {
  return protocol === 'TCP' || protocol === 'TCP_UDP'
    ? listenerAttributeRules
    : { ...listenerAttributeRules, ...ofOtherTypes('tcp.idle_timeout.seconds') }
}
