import { createHash } from 'node:crypto'
import type { HealthCheckConfig } from '@aws-sdk/client-route-53'
import type { ProbeSpec } from '../../health/probe.ts'
import type { Thresholds } from '../../health/verdict.ts'
import { type HealthCheckDocument, healthCheckTags } from '../../resources/health-checks.ts'
import type { Attributes } from '../../resources/load-balancing.ts'
import { checkDefaults, checkRanges, numberOf, type Range, within } from './check-ranges.ts'
import { quorumPercentDefault } from './combine.ts'
import { endpointProbe } from './endpoint-probe.ts'

/** How one health check is done. */
export type CheckSettings = {
  readonly id: string
  readonly inverted: boolean
  readonly disabled: boolean
} & (
  | ({ readonly kind: 'endpoint' } & EndpointCheck)
  | {
      readonly kind: 'calculated'
      readonly healthThreshold: number
      readonly children: readonly string[]
    }
  /** Decided by something that Everport does not have; validation refuses it, so the document is older than the rule. */
  | { readonly kind: 'foreign'; readonly healthy: boolean; readonly reason: string }
)

export interface EndpointCheck {
  readonly probe: ProbeSpec
  readonly intervalMs: number
  readonly immediateReprobe: boolean
  readonly thresholds: Thresholds
  readonly quorumPercent: number
  /** Of everything that decides an opinion. */
  readonly fingerprint: string
}

/** Total: what is out of range is the nearest bound, what is absent or senseless the default. The API refuses such documents. */
export function checkSettings({ HealthCheck, Tags }: HealthCheckDocument): CheckSettings {
  const { Id: id, HealthCheckConfig: config } = HealthCheck
  const common = { id, inverted: config.Inverted === true, disabled: config.Disabled === true }
  switch (config.Type) {
    case 'CALCULATED':
      return {
        ...common,
        kind: 'calculated',
        healthThreshold: within(config.HealthThreshold, checkRanges.healthThreshold, 0),
        children: config.ChildHealthChecks ?? [],
      }
    case 'CLOUDWATCH_METRIC':
      return {
        ...common,
        kind: 'foreign',
        healthy: config.InsufficientDataHealthStatus !== 'Unhealthy',
        reason: 'there is no CloudWatch here: its InsufficientDataHealthStatus holds',
      }
    case 'RECOVERY_CONTROL':
      return { ...common, kind: 'foreign', healthy: true, reason: 'there are no routing controls here' }
    default:
      return { ...common, kind: 'endpoint', ...endpointCheck(config, Tags) }
  }
}

function endpointCheck(config: HealthCheckConfig, tags: Attributes): EndpointCheck {
  const threshold = within(
    config.FailureThreshold,
    checkRanges.failureThreshold,
    checkDefaults.failureThreshold,
  )
  const tagged = (key: string, range: Range, otherwise: number): number =>
    within(numberOf(tags[key]), range, otherwise)
  const { failureThreshold, intervalMilliseconds, quorumPercent } = checkRanges
  const check = {
    probe: endpointProbe(config, tags),
    intervalMs: tagged(
      healthCheckTags.intervalMilliseconds,
      intervalMilliseconds,
      (config.RequestInterval === 10 ? 10 : checkDefaults.intervalSeconds) * 1_000,
    ),
    immediateReprobe: tags[healthCheckTags.immediateReprobe] === 'true',
    thresholds: {
      healthyThreshold: tagged(healthCheckTags.riseThreshold, failureThreshold, threshold),
      unhealthyThreshold: tagged(healthCheckTags.fallThreshold, failureThreshold, threshold),
      passive: false,
    },
  }
  return {
    ...check,
    quorumPercent: tagged(healthCheckTags.quorumPercent, quorumPercent, quorumPercentDefault),
    fingerprint: createHash('sha256').update(JSON.stringify(check)).digest('base64url').slice(0, 16),
  }
}
