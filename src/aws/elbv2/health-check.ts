import type {
  CreateTargetGroupInput,
  ModifyTargetGroupInput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { healthCheckDefaults } from '../../health/settings.ts'
import { parseStatusMatcher } from '../../health/status-matcher.ts'
import type { TargetGroupDocument } from '../../resources/load-balancing.ts'
import { refuse } from './refusal.ts'
import { takesRequests } from './target-group-attributes.ts'

type Asked = Pick<
  CreateTargetGroupInput & ModifyTargetGroupInput,
  | 'HealthCheckProtocol'
  | 'HealthCheckPort'
  | 'HealthCheckEnabled'
  | 'HealthCheckPath'
  | 'HealthCheckIntervalSeconds'
  | 'HealthCheckTimeoutSeconds'
  | 'HealthyThresholdCount'
  | 'UnhealthyThresholdCount'
  | 'Matcher'
>

type Fields = Pick<TargetGroupDocument['TargetGroup'], keyof Asked>

/** What depends on who checks (NLB guide and ALB guide, "Health checks"). */
const balancers = {
  network: {
    protocols: ['HTTP', 'HTTPS', 'TCP'],
    protocol: 'TCP',
    timeoutSeconds: healthCheckDefaults.timeoutSeconds,
    matcher: '200-399',
    statusMax: 599,
  },
  application: {
    protocols: ['HTTP', 'HTTPS'],
    protocol: 'HTTP',
    timeoutSeconds: { TCP: 5, HTTP: 5, HTTPS: 5 },
    matcher: '200',
    statusMax: 499,
  },
} as const

/**
 * The health check of a target group: what is asked for, over what it had, over AWS's defaults: every 30 s, five passes and two failures. For
 * a network load balancer by TCP, 10 s to answer, 6 s for HTTP, 200-399; for an application load balancer by HTTP, 5 s, 200.
 */
export function healthCheckFields(asked: Asked, groupProtocol: string, before?: Fields): Fields {
  const isApplication = takesRequests(groupProtocol)
  const balancer = balancers[isApplication ? 'application' : 'network']
  const protocol = asked.HealthCheckProtocol ?? before?.HealthCheckProtocol ?? balancer.protocol
  if (!isChecked(protocol) || !(balancer.protocols as readonly string[]).includes(protocol))
    throw refuse(
      'ValidationError',
      `Health check protocol '${protocol}' must be one of '${balancer.protocols.join(', ')}'`,
    )
  if (asked.HealthCheckEnabled === false)
    throw refuse(
      'InvalidConfigurationRequest',
      'Health check enabled must be true for target groups with target type instance or ip',
    )
  const isHttp = protocol !== 'TCP'
  if (!isHttp && asked.HealthCheckPath !== undefined)
    throw refuse(
      'InvalidConfigurationRequest',
      'You cannot specify a health check path for target groups with health check protocol TCP',
    )
  if (!isHttp && asked.Matcher !== undefined)
    throw refuse(
      'InvalidConfigurationRequest',
      'You cannot specify a matcher for target groups with health check protocol TCP',
    )
  const interval =
    asked.HealthCheckIntervalSeconds ??
    before?.HealthCheckIntervalSeconds ??
    healthCheckDefaults.intervalSeconds
  const timeout =
    asked.HealthCheckTimeoutSeconds ??
    (before?.HealthCheckProtocol === protocol ? before.HealthCheckTimeoutSeconds : undefined) ??
    Math.min(isApplication ? interval - 1 : interval, balancer.timeoutSeconds[protocol])
  if (isApplication && timeout >= interval)
    throw refuse(
      'ValidationError',
      `Health check timeout '${timeout}' must be smaller than the interval '${interval}'`,
    )
  if (timeout > interval)
    throw refuse(
      'ValidationError',
      `Health check timeout '${timeout}' must be smaller than or equal to the interval '${interval}'`,
    )
  return {
    HealthCheckEnabled: true,
    HealthCheckProtocol: protocol,
    HealthCheckPort: portOf(asked.HealthCheckPort ?? before?.HealthCheckPort ?? 'traffic-port'),
    HealthCheckIntervalSeconds: interval,
    HealthCheckTimeoutSeconds: timeout,
    HealthyThresholdCount:
      asked.HealthyThresholdCount ??
      before?.HealthyThresholdCount ??
      healthCheckDefaults.healthyThresholdCount,
    UnhealthyThresholdCount:
      asked.UnhealthyThresholdCount ??
      before?.UnhealthyThresholdCount ??
      healthCheckDefaults.unhealthyThresholdCount,
    ...(isHttp
      ? {
          HealthCheckPath: pathOf(
            asked.HealthCheckPath ?? before?.HealthCheckPath ?? healthCheckDefaults.path,
          ),
          Matcher: {
            HttpCode: matcherOf(
              asked.Matcher?.HttpCode ?? before?.Matcher?.HttpCode ?? balancer.matcher,
              balancer.statusMax,
            ),
          },
        }
      : {}),
  }
}

const isChecked = (protocol: string): protocol is 'TCP' | 'HTTP' | 'HTTPS' =>
  protocol === 'TCP' || protocol === 'HTTP' || protocol === 'HTTPS'

function portOf(port: string): string {
  if (port === 'traffic-port') return port
  if (/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535) return port
  throw refuse(
    'ValidationError',
    `Health check port '${port}' must be 'traffic-port' or between '1-65535' inclusive`,
  )
}

function pathOf(path: string): string {
  if (/^\/[\x21-\x7e]*$/.test(path)) return path
  throw refuse('ValidationError', `Health check path '${path}' must begin with a '/' and have no blanks`)
}

function matcherOf(codes: string, max: number): string {
  const ranges = parseStatusMatcher(codes)
  if (ranges?.every(([from, to]) => from >= 200 && to <= max) === true) return codes
  throw refuse(
    'ValidationError',
    `Health check matcher HTTP code '${codes}' must be within '200-${max}' inclusive`,
  )
}
