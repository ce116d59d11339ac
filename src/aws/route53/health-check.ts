import type { HealthCheck, HealthCheckConfig } from '@aws-sdk/client-route-53'
import { checkDefaults } from '../../dns/health-checks/check-ranges.ts'
import { type HealthCheckDocument, healthCheckKey, healthCheckPrefix } from '../../resources/health-checks.ts'
import type { Snapshot } from '../../store/store.ts'
import { bareId } from './identifiers.ts'
import { refuse } from './refuse.ts'

export function healthCheckOf(snapshot: Snapshot, given: string): HealthCheckDocument {
  const id = bareId(given, 'healthcheck')
  const found = snapshot.get<HealthCheckDocument>(healthCheckKey(id))
  if (found === undefined) throw refuse('NoSuchHealthCheck', `A health check with id ${id} does not exist.`)
  return found.value
}

/** In the order of their ids. */
export function allHealthChecks(snapshot: Snapshot): HealthCheckDocument[] {
  return snapshot.list<HealthCheckDocument>(healthCheckPrefix).map(({ value }) => value)
}

export function shownHealthCheck({ HealthCheck: check }: HealthCheckDocument): HealthCheck {
  return {
    Id: check.Id,
    CallerReference: check.CallerReference ?? '',
    HealthCheckConfig: check.HealthCheckConfig,
    HealthCheckVersion: check.HealthCheckVersion,
  }
}

type Config = HealthCheckDocument['HealthCheck']['HealthCheckConfig']

/** With what AWS fills in, so that the API shows what holds. */
export function withDefaults(config: HealthCheckConfig): Config {
  const { Type = 'TCP' } = config
  const common = { Inverted: false, Disabled: false }
  if (Type === 'CALCULATED') return { ...common, ...config, Type }
  const isTls = Type.startsWith('HTTPS')
  return {
    ...common,
    ...(Type === 'TCP' ? {} : { Port: isTls ? 443 : 80, EnableSNI: isTls }),
    RequestInterval: checkDefaults.intervalSeconds,
    FailureThreshold: checkDefaults.failureThreshold,
    MeasureLatency: false,
    ...config,
    ...resourcePath(config.ResourcePath),
    Type,
  }
}

function resourcePath(path: string | undefined): { ResourcePath?: string } {
  if (path === undefined || path === '') return {}
  return { ResourcePath: path.startsWith('/') ? path : `/${path}` }
}
