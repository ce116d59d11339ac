import { isWithinFolder } from '../../base/password-file.ts'
import {
  type Attributes,
  healthCheckAttributes,
  type TargetGroupDocument,
} from '../../resources/load-balancing.ts'
import { refuse } from './refusal.ts'
import { healthPrefix, isUdp, takesRequests } from './target-group-attributes.ts'

/** What holds between attributes, and between them and the group's protocol. */
export function checkTargetGroupAttributes(
  {
    Protocol: protocol,
    HealthCheckProtocol: checkProtocol,
  }: Pick<TargetGroupDocument['TargetGroup'], 'Protocol' | 'HealthCheckProtocol'>,
  attributes: Attributes,
): void {
  const is = (key: string): boolean => attributes[key] === 'true'
  checkThresholds(attributes)
  checkStickinessType(protocol, attributes['stickiness.type'])
  if (takesRequests(protocol)) return checkRequestAttributes(attributes)
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
  checkSqlProbe(checkProtocol, attributes)
}

/** A SQL probe refines a TCP check; it needs somebody to log in as, and says nothing in front of PostgreSQL's protocol. */
function checkSqlProbe(checkProtocol: string | undefined, attributes: Attributes): void {
  const { probe, sqlUser } = healthCheckAttributes
  if (attributes[probe] !== 'sql') return
  if (checkProtocol !== 'TCP')
    throw refuse(
      'InvalidConfigurationRequest',
      `'${probe}' value 'sql' needs health check protocol 'TCP', not '${checkProtocol}'`,
    )
  if ((attributes[sqlUser] ?? '') === '')
    throw refuse('InvalidConfigurationRequest', `'${probe}' value 'sql' needs the attribute '${sqlUser}'`)
  if (attributes['proxy_protocol_v2.enabled'] === 'true')
    throw refuse(
      'InvalidConfigurationRequest',
      `'${probe}' value 'sql' cannot be used with 'proxy_protocol_v2.enabled'`,
    )
}

/** Whoever may change a check names the file, and must not name any other file of the machine that probes: `folder` alone has passwords. */
export function checkPasswordFile(attributes: Attributes, folder: string): void {
  const { sqlPasswordFile } = healthCheckAttributes
  const file = attributes[sqlPasswordFile] ?? ''
  if (file === '' || isWithinFolder(file, folder)) return
  // Its value is not repeated: it may be what should be in the file.
  throw refuse(
    'ValidationError',
    `'${sqlPasswordFile}' must be the path of a file in ${folder}, the one folder of the balancers' machines that passwords are read from, or empty`,
  )
}

function checkThresholds(attributes: Attributes): void {
  for (const unit of ['count', 'percentage']) {
    const dns = Number(attributes[`${healthPrefix}.dns_failover.minimum_healthy_targets.${unit}`])
    const routing = Number(
      attributes[`${healthPrefix}.unhealthy_state_routing.minimum_healthy_targets.${unit}`],
    )
    if (dns < routing)
      throw refuse(
        'InvalidConfigurationRequest',
        `The DNS failover threshold (${unit} ${dns}) must be greater than or equal to the routing threshold (${routing})`,
      )
  }
}

function checkStickinessType(protocol: string, type: string | undefined): void {
  const isFit = takesRequests(protocol) ? type !== 'source_ip' : type === undefined || type === 'source_ip'
  if (!isFit)
    throw refuse(
      'InvalidConfigurationRequest',
      `Stickiness type '${type}' is not supported for target groups with the ${protocol} protocol`,
    )
}

/** Names that cookies of the balancer itself begin with. */
const reservedCookies = ['AWSALB', 'AWSALBAPP', 'AWSALBTG']
const slowStartSecondsMin = 30

/** ALB guide, "Sticky sessions", "Slow start mode" and "Routing algorithms". */
function checkRequestAttributes(attributes: Attributes): void {
  const slowStart = Number(attributes['slow_start.duration_seconds'] ?? '0')
  if (slowStart > 0 && slowStart < slowStartSecondsMin)
    throw refuse(
      'ValidationError',
      `'slow_start.duration_seconds' value '${slowStart}' must be between '${slowStartSecondsMin}-900' inclusive or '0'`,
    )
  const algorithm = attributes['load_balancing.algorithm.type']
  if (slowStart > 0 && algorithm !== 'round_robin')
    throw refuse(
      'InvalidConfigurationRequest',
      `Slow start cannot be enabled with load balancing algorithm '${algorithm}'`,
    )
  const name = attributes['stickiness.app_cookie.cookie_name'] ?? ''
  const reserved = reservedCookies.find(own => name.toUpperCase().startsWith(own))
  if (reserved !== undefined)
    throw refuse(
      'ValidationError',
      `'stickiness.app_cookie.cookie_name' value '${name}' cannot begin with '${reserved}', which is reserved`,
    )
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]*$/.test(name))
    throw refuse('ValidationError', `'stickiness.app_cookie.cookie_name' value '${name}' is no cookie name`)
  const isByApp =
    attributes['stickiness.enabled'] === 'true' && attributes['stickiness.type'] === 'app_cookie'
  if (isByApp && name === '')
    throw refuse(
      'InvalidConfigurationRequest',
      "'stickiness.app_cookie.cookie_name' must be specified to enable stickiness of type 'app_cookie'",
    )
}
