import { healthCheckRanges } from '../../health/settings.ts'
import {
  type Attributes,
  balancingAttributes,
  healthCheckAttributes,
  type TargetGroupDocument,
} from '../../resources/load-balancing.ts'
import {
  type AttributeRules,
  choiceOf,
  defaultsOf,
  numberOf,
  numberOrOff,
  ofOtherTypes,
  truth,
} from './attribute-rules.ts'
import { elbv2Limits } from './limits.ts'
import { refuse } from './refusal.ts'

const countMax = elbv2Limits.targetsPerTargetGroup
const health = 'target_group_health'

/** Of a group for network load balancers (ELBv2 API, TargetGroupAttribute), and ours beside them. */
export const targetGroupAttributeRules: AttributeRules = {
  'deregistration_delay.connection_termination.enabled': truth('false'),
  'deregistration_delay.timeout_seconds': numberOf(0, 3_600, '300'),
  'load_balancing.cross_zone.enabled': choiceOf(['use_load_balancer_configuration', 'true', 'false']),
  'preserve_client_ip.enabled': truth('true'),
  'proxy_protocol_v2.enabled': truth('false'),
  'stickiness.enabled': truth('false'),
  'stickiness.type': choiceOf(['source_ip']),
  [`${health}.dns_failover.minimum_healthy_targets.count`]: numberOrOff(1, countMax, '1'),
  [`${health}.dns_failover.minimum_healthy_targets.percentage`]: numberOrOff(1, 100, 'off'),
  [`${health}.unhealthy_state_routing.minimum_healthy_targets.count`]: numberOf(1, countMax, '1'),
  [`${health}.unhealthy_state_routing.minimum_healthy_targets.percentage`]: numberOrOff(1, 100, 'off'),
  'target_health_state.unhealthy.connection_termination.enabled': truth('true'),
  'target_health_state.unhealthy.draining_interval_seconds': numberOf(0, 360_000, '0'),
  [healthCheckAttributes.intervalMilliseconds]: numberOf(
    healthCheckRanges.intervalMilliseconds.min,
    healthCheckRanges.intervalMilliseconds.max,
  ),
  [healthCheckAttributes.timeoutMilliseconds]: numberOf(
    healthCheckRanges.timeoutMilliseconds.min,
    healthCheckRanges.timeoutMilliseconds.max,
  ),
  [healthCheckAttributes.immediateReprobe]: truth(),
  [healthCheckAttributes.passive]: truth(),
  [balancingAttributes.slowStartMilliseconds]: numberOf(0, 900_000),
  [balancingAttributes.terminationsPerSecond]: numberOf(1, 100_000),
  [balancingAttributes.removalPercentPerMinute]: numberOf(1, 100),
  ...ofOtherTypes(
    'lambda.multi_value_headers.enabled',
    'load_balancing.algorithm.anomaly_mitigation',
    'load_balancing.algorithm.type',
    'slow_start.duration_seconds',
    'stickiness.app_cookie.cookie_name',
    'stickiness.app_cookie.duration_seconds',
    'stickiness.lb_cookie.duration_seconds',
    'target_failover.on_deregistration',
    'target_failover.on_unhealthy',
  ),
}

export const targetGroupAttributeWords = {
  key: 'Target group attribute key',
  others: 'target groups of network load balancers',
} as const

const isUdp = (protocol: string): boolean => protocol === 'UDP' || protocol === 'TCP_UDP'

/** AWS keeps the client's address by default but for addresses behind TCP and TLS, and ends flows after deregistration only for UDP. */
export function newTargetGroupAttributes(protocol: string, type: string): Attributes {
  return {
    ...defaultsOf(targetGroupAttributeRules),
    'preserve_client_ip.enabled': String(type === 'instance' || isUdp(protocol)),
    'deregistration_delay.connection_termination.enabled': String(isUdp(protocol)),
    'target_health_state.unhealthy.connection_termination.enabled': String(!isUdp(protocol)),
  }
}

/** What holds between attributes, and between them and the group's protocol. */
export function checkTargetGroupAttributes(
  { Protocol: protocol }: Pick<TargetGroupDocument['TargetGroup'], 'Protocol'>,
  attributes: Attributes,
): void {
  const is = (key: string): boolean => attributes[key] === 'true'
  if (is('stickiness.enabled') && protocol === 'TLS')
    throw refuse(
      'InvalidConfigurationRequest',
      'You cannot enable stickiness on target groups with the TLS protocol',
    )
  if (isUdp(protocol) && !is('preserve_client_ip.enabled'))
    throw refuse(
      'InvalidConfigurationRequest',
      `Client IP preservation cannot be disabled for target groups with the ${protocol} protocol`,
    )
  if (isUdp(protocol) && is('target_health_state.unhealthy.connection_termination.enabled'))
    throw refuse(
      'InvalidConfigurationRequest',
      `Connection termination for unhealthy targets cannot be enabled for target groups with the ${protocol} protocol`,
    )
  if (
    is('target_health_state.unhealthy.connection_termination.enabled') &&
    Number(attributes['target_health_state.unhealthy.draining_interval_seconds'] ?? '0') > 0
  )
    throw refuse(
      'InvalidConfigurationRequest',
      'A draining interval for unhealthy targets requires connection termination for unhealthy targets to be disabled',
    )
  for (const unit of ['count', 'percentage']) {
    const dns = Number(attributes[`${health}.dns_failover.minimum_healthy_targets.${unit}`])
    const routing = Number(attributes[`${health}.unhealthy_state_routing.minimum_healthy_targets.${unit}`])
    if (dns < routing)
      throw refuse(
        'InvalidConfigurationRequest',
        `The DNS failover threshold (${unit} ${dns}) must be greater than or equal to the routing threshold (${routing})`,
      )
  }
}
