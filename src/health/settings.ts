import {
  type Attributes,
  healthCheckAttributes,
  type TargetGroupDocument,
} from '../resources/load-balancing.ts'
import type { SqlAsk } from './probe.ts'
import { parseStatusMatcher, type StatusMatcher } from './status-matcher.ts'
import type { Thresholds } from './verdict.ts'

export interface HealthSettings extends Thresholds {
  readonly protocol: 'TCP' | 'HTTP' | 'HTTPS'
  readonly port: number | 'traffic-port'
  readonly path: string
  readonly matcher: StatusMatcher
  readonly intervalMs: number
  readonly timeoutMs: number
  /** After the first failure of a healthy target, probe again at once. */
  readonly immediateReprobe: boolean
  /** With TCP: a login and a query instead of only a connect. */
  readonly sql?: SqlAsk
}

/** AWS's ranges (ELBv2 API model, NLB guide), and those of our finer attributes. */
export const healthCheckRanges = {
  intervalSeconds: { min: 5, max: 300 },
  timeoutSeconds: { min: 2, max: 120 },
  thresholdCount: { min: 2, max: 10 },
  intervalMilliseconds: { min: 100, max: 300_000 },
  timeoutMilliseconds: { min: 50, max: 120_000 },
  port: { min: 1, max: 65_535 },
  pathLength: { min: 1, max: 1024 },
} as const

/** AWS's defaults of a network load balancer. The timeout is 6 s of an HTTP check, else 10 s. */
export const healthCheckDefaults = {
  intervalSeconds: 30,
  timeoutSeconds: { TCP: 10, HTTP: 6, HTTPS: 10 },
  healthyThresholdCount: 5,
  unhealthyThresholdCount: 2,
  path: '/',
  matcher: [[200, 399]] as StatusMatcher,
  sqlQuery: 'select 1',
} as const

type Range = { readonly min: number; readonly max: number }

/**
 * How a target group is checked. Total: the API refuses what is out of range, so a document that has it anyway is older than the
 * rule; what is absent or no number is the default, what is out of range the nearest bound.
 */
export function healthSettings(document: TargetGroupDocument): HealthSettings {
  const { TargetGroup: group, Attributes: attributes } = document
  const { HealthCheckProtocol: asked } = group
  const protocol = asked === 'HTTP' || asked === 'HTTPS' ? asked : 'TCP'
  const port = Number(group.HealthCheckPort)
  const ranges = healthCheckRanges
  const defaults = healthCheckDefaults
  const seconds = (value: number | undefined, range: Range, otherwise: number): number =>
    within(value, range, otherwise) * 1000
  return {
    protocol,
    port:
      Number.isInteger(port) && port >= ranges.port.min && port <= ranges.port.max ? port : 'traffic-port',
    path: group.HealthCheckPath ?? defaults.path,
    matcher: parseStatusMatcher(group.Matcher?.HttpCode ?? '') ?? defaults.matcher,
    intervalMs: within(
      numberOf(attributes[healthCheckAttributes.intervalMilliseconds]),
      ranges.intervalMilliseconds,
      seconds(group.HealthCheckIntervalSeconds, ranges.intervalSeconds, defaults.intervalSeconds),
    ),
    timeoutMs: within(
      numberOf(attributes[healthCheckAttributes.timeoutMilliseconds]),
      ranges.timeoutMilliseconds,
      seconds(group.HealthCheckTimeoutSeconds, ranges.timeoutSeconds, defaults.timeoutSeconds[protocol]),
    ),
    healthyThreshold: within(
      group.HealthyThresholdCount,
      ranges.thresholdCount,
      defaults.healthyThresholdCount,
    ),
    unhealthyThreshold: within(
      group.UnhealthyThresholdCount,
      ranges.thresholdCount,
      defaults.unhealthyThresholdCount,
    ),
    immediateReprobe: attributes[healthCheckAttributes.immediateReprobe] === 'true',
    passive: attributes[healthCheckAttributes.passive] === 'true',
    ...(protocol === 'TCP' && attributes[healthCheckAttributes.probe] === 'sql'
      ? { sql: sqlAsk(attributes) }
      : {}),
  }
}

function sqlAsk(attributes: Attributes): SqlAsk {
  const user = attributes[healthCheckAttributes.sqlUser] ?? ''
  const expect = attributes[healthCheckAttributes.sqlExpect] ?? ''
  const passwordFile = attributes[healthCheckAttributes.sqlPasswordFile] ?? ''
  return {
    user,
    database: attributes[healthCheckAttributes.sqlDatabase] || user,
    query: attributes[healthCheckAttributes.sqlQuery] || healthCheckDefaults.sqlQuery,
    // An attribute cannot be taken back, so the empty text is what clears it.
    ...(passwordFile === '' ? {} : { passwordFile }),
    ...(expect === '' ? {} : { expect }),
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined || text.trim() === '' ? undefined : Number(text)
}

function within(value: number | undefined, { min, max }: Range, otherwise: number): number {
  if (value === undefined || Number.isNaN(value)) return otherwise
  return Math.min(max, Math.max(min, Math.round(value)))
}
