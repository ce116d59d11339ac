import { type Attributes, flowLogAttribute, flowLogWishes } from '../../resources/load-balancing.ts'
import type { BalancerType } from './arns.ts'
import {
  type AttributeRules,
  type AttributeWords,
  anyText,
  choiceOf,
  numberOf,
  ofOtherTypes,
  truth,
} from './attribute-rules.ts'

/** ELBv2 API, LoadBalancerAttribute; and ours. */
const ofBoth: AttributeRules = {
  'access_logs.s3.bucket': anyText(''),
  'access_logs.s3.enabled': choiceOf(['false']),
  'access_logs.s3.prefix': anyText(''),
  'deletion_protection.enabled': truth('false'),
  'ipv6.deny_all_igw_traffic': truth('false'),
  'zonal_shift.config.enabled': truth('false'),
  [flowLogAttribute]: { allows: { kind: 'choice', values: flowLogWishes } },
}

const ofNetwork: AttributeRules = {
  'dns_record.client_routing_policy': choiceOf([
    'any_availability_zone',
    'availability_zone_affinity',
    'partial_availability_zone_affinity',
  ]),
  'load_balancing.cross_zone.enabled': truth('false'),
  'secondary_ips.auto_assigned.per_subnet': numberOf(0, 0, '0'),
}

/**
 * What cannot be done here can only stay off. Requests that could be read in two ways are always refused, in whichever desync mitigation mode, and
 * targets are always sent the client's own Host header.
 */
const ofApplication: AttributeRules = {
  'client_keep_alive.seconds': numberOf(60, 604_800, '3600'),
  'connection_logs.s3.bucket': anyText(''),
  'connection_logs.s3.enabled': choiceOf(['false']),
  'connection_logs.s3.prefix': anyText(''),
  'health_check_logs.s3.bucket': anyText(''),
  'health_check_logs.s3.enabled': choiceOf(['false']),
  'health_check_logs.s3.prefix': anyText(''),
  'idle_timeout.timeout_seconds': numberOf(1, 4_000, '60'),
  'load_balancing.cross_zone.enabled': choiceOf(['true']),
  'routing.http.desync_mitigation_mode': choiceOf(['defensive', 'monitor', 'strictest']),
  'routing.http.drop_invalid_header_fields.enabled': truth('false'),
  'routing.http.preserve_host_header.enabled': truth('false'),
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': choiceOf(['false']),
  'routing.http.xff_client_port.enabled': truth('false'),
  'routing.http.xff_header_processing.mode': choiceOf(['append', 'preserve', 'remove']),
  'routing.http2.enabled': truth('true'),
  'waf.fail_open.enabled': choiceOf(['false']),
}

export const loadBalancerAttributeRules: Readonly<Record<BalancerType, AttributeRules>> = {
  application: { ...ofOtherTypes(...Object.keys(ofNetwork)), ...ofBoth, ...ofApplication },
  network: { ...ofOtherTypes(...Object.keys(ofApplication)), ...ofBoth, ...ofNetwork },
}

export const loadBalancerAttributeWords = (type: BalancerType): AttributeWords => ({
  key: 'Load balancer attribute key',
  others: `load balancers with type '${type}'`,
})

export const internalAttributes: Attributes = { 'ipv6.deny_all_igw_traffic': 'true' }
