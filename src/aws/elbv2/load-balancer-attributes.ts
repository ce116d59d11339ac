import type { Attributes } from '../../resources/load-balancing.ts'
import { type AttributeRules, anyText, choiceOf, numberOf, ofOtherTypes, truth } from './attribute-rules.ts'

/** Of a network load balancer (ELBv2 API, LoadBalancerAttribute). */
export const loadBalancerAttributeRules: AttributeRules = {
  'access_logs.s3.bucket': anyText(''),
  'access_logs.s3.enabled': { ...choiceOf(['false']) },
  'access_logs.s3.prefix': anyText(''),
  'deletion_protection.enabled': truth('false'),
  'dns_record.client_routing_policy': choiceOf([
    'any_availability_zone',
    'availability_zone_affinity',
    'partial_availability_zone_affinity',
  ]),
  'ipv6.deny_all_igw_traffic': truth('false'),
  'load_balancing.cross_zone.enabled': truth('false'),
  'secondary_ips.auto_assigned.per_subnet': numberOf(0, 0, '0'),
  'zonal_shift.config.enabled': truth('false'),
  ...ofOtherTypes(
    'client_keep_alive.seconds',
    'connection_logs.s3.bucket',
    'connection_logs.s3.enabled',
    'connection_logs.s3.prefix',
    'health_check_logs.s3.bucket',
    'health_check_logs.s3.enabled',
    'health_check_logs.s3.prefix',
    'idle_timeout.timeout_seconds',
    'routing.http.desync_mitigation_mode',
    'routing.http.drop_invalid_header_fields.enabled',
    'routing.http.preserve_host_header.enabled',
    'routing.http.x_amzn_tls_version_and_cipher_suite.enabled',
    'routing.http.xff_client_port.enabled',
    'routing.http.xff_header_processing.mode',
    'routing.http2.enabled',
    'waf.fail_open.enabled',
  ),
}

export const loadBalancerAttributeWords = {
  key: 'Load balancer attribute key',
  others: "load balancers with type 'network'",
} as const

export const internalAttributes: Attributes = { 'ipv6.deny_all_igw_traffic': 'true' }
