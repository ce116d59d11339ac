import { healthCheckRanges } from '../../health/settings.ts'
import {
  type Attributes,
  balancingAttributes,
  healthCheckAttributes,
} from '../../resources/load-balancing.ts'
import {
  type AttributeRules,
  type AttributeWords,
  anyText,
  choiceOf,
  defaultsOf,
  numberOf,
  numberOrOff,
  ofOtherTypes,
  ownPath,
  ownTexts,
  truth,
} from './attribute-rules.ts'
import { elbv2Limits } from './limits.ts'

const countMax = elbv2Limits.targetsPerTargetGroup
export const healthPrefix = 'target_group_health'

/** ELBv2 API, TargetGroupAttribute; and ours. */
const ofBoth: AttributeRules = {
  'deregistration_delay.timeout_seconds': numberOf(0, 3_600, '300'),
  'load_balancing.cross_zone.enabled': choiceOf(['use_load_balancer_configuration', 'true', 'false']),
  'stickiness.enabled': truth('false'),
  [`${healthPrefix}.dns_failover.minimum_healthy_targets.count`]: numberOrOff(1, countMax, '1'),
  [`${healthPrefix}.dns_failover.minimum_healthy_targets.percentage`]: numberOrOff(1, 100, 'off'),
  [`${healthPrefix}.unhealthy_state_routing.minimum_healthy_targets.count`]: numberOf(1, countMax, '1'),
  [`${healthPrefix}.unhealthy_state_routing.minimum_healthy_targets.percentage`]: numberOrOff(1, 100, 'off'),
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
  [balancingAttributes.removalPercentPerMinute]: numberOf(1, 100),
}

const stickinessTypes = ['source_ip', 'lb_cookie', 'app_cookie']

const ofNetwork: AttributeRules = {
  'deregistration_delay.connection_termination.enabled': truth('false'),
  'preserve_client_ip.enabled': truth('true'),
  'proxy_protocol_v2.enabled': truth('false'),
  'stickiness.type': choiceOf(stickinessTypes),
  'target_health_state.unhealthy.connection_termination.enabled': truth('true'),
  'target_health_state.unhealthy.draining_interval_seconds': numberOf(0, 360_000, '0'),
  [healthCheckAttributes.probe]: { allows: { kind: 'choice', values: ['connect', 'sql'] } },
  ...ownTexts(
    healthCheckAttributes.sqlUser,
    healthCheckAttributes.sqlDatabase,
    healthCheckAttributes.sqlQuery,
    healthCheckAttributes.sqlExpect,
  ),
  [healthCheckAttributes.sqlPasswordFile]: ownPath,
  [balancingAttributes.terminationsPerSecond]: numberOf(1, 100_000),
}

const stickySeconds = numberOf(1, 604_800, '86400')

const ofApplication: AttributeRules = {
  'load_balancing.algorithm.anomaly_mitigation': choiceOf(['off']),
  'load_balancing.algorithm.type': choiceOf(['round_robin', 'least_outstanding_requests', 'weighted_random']),
  'slow_start.duration_seconds': numberOf(0, 900, '0'),
  'stickiness.app_cookie.cookie_name': anyText(''),
  'stickiness.app_cookie.duration_seconds': stickySeconds,
  'stickiness.lb_cookie.duration_seconds': stickySeconds,
  'stickiness.type': choiceOf(['lb_cookie', 'app_cookie', 'source_ip']),
}

const ofNeither = ofOtherTypes(
  'lambda.multi_value_headers.enabled',
  'target_failover.on_deregistration',
  'target_failover.on_unhealthy',
)

const networkRules: AttributeRules = {
  ...ofNeither,
  ...ofOtherTypes(...Object.keys(ofApplication)),
  ...ofBoth,
  ...ofNetwork,
}
const applicationRules: AttributeRules = {
  ...ofNeither,
  ...ofOtherTypes(...Object.keys(ofNetwork)),
  ...ofBoth,
  ...ofApplication,
}

/** Whether groups of this protocol are sent requests, by an application load balancer, rather than flows. */
export const takesRequests = (protocol: string): boolean => protocol === 'HTTP' || protocol === 'HTTPS'

export const targetGroupAttributeRules = (protocol: string): AttributeRules =>
  takesRequests(protocol) ? applicationRules : networkRules

export const targetGroupAttributeWords = (protocol: string): AttributeWords => ({
  key: 'Target group attribute key',
  others: `target groups of ${takesRequests(protocol) ? 'application' : 'network'} load balancers`,
})

export const isUdp = (protocol: string): boolean => protocol === 'UDP' || protocol === 'TCP_UDP'

/** AWS keeps the client's address by default but for addresses behind TCP and TLS, and ends flows after deregistration only for UDP. */
export function newTargetGroupAttributes(protocol: string, type: string): Attributes {
  const defaults = defaultsOf(targetGroupAttributeRules(protocol))
  if (takesRequests(protocol)) return defaults
  return {
    ...defaults,
    'preserve_client_ip.enabled': String(type === 'instance' || isUdp(protocol)),
    'deregistration_delay.connection_termination.enabled': String(isUdp(protocol)),
    'target_health_state.unhealthy.connection_termination.enabled': String(!isUdp(protocol)),
  }
}
