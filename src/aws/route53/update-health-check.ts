import type {
  HealthCheckConfig,
  ResettableElementName,
  UpdateHealthCheckRequest,
  UpdateHealthCheckResponse,
} from '@aws-sdk/client-route-53'
import {
  healthCheckChangeMistakes,
  healthCheckMistakes,
} from '../../dns/health-checks/health-check-mistakes.ts'
import { type HealthCheckDocument, healthCheckKey } from '../../resources/health-checks.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Checked, Operation } from '../operation.ts'
import { healthCheckOf, shownHealthCheck, withDefaults } from './health-check.ts'
import { refuse, refuseMistakes } from './refuse.ts'

/** What the request does not name stays as it is; `ResetElements` are taken away first. */
export const updateHealthCheck: Operation<UpdateHealthCheckRequest, UpdateHealthCheckResponse> = async (
  input,
  { store },
) => {
  const { answer } = await commitPlanned(store, snapshot => {
    const before = healthCheckOf(snapshot, input.HealthCheckId)
    const { Id, HealthCheckVersion, HealthCheckConfig } = before.HealthCheck
    if (input.HealthCheckVersion !== undefined && input.HealthCheckVersion !== HealthCheckVersion)
      throw refuse(
        'HealthCheckVersionMismatch',
        `The specified version does not match the current version of the health check: ${HealthCheckVersion}`,
      )
    const config = changed(HealthCheckConfig, input)
    const typeOf = (id: string) =>
      snapshot.get<HealthCheckDocument>(healthCheckKey(id))?.value.HealthCheck.HealthCheckConfig.Type
    refuseMistakes([
      ...healthCheckChangeMistakes(HealthCheckConfig, config),
      ...healthCheckMistakes({ config, tags: before.Tags, typeOf }),
    ])
    const HealthCheck = {
      ...before.HealthCheck,
      HealthCheckVersion: HealthCheckVersion + 1,
      HealthCheckConfig: withDefaults(config),
    }
    const after: HealthCheckDocument = { ...before, HealthCheck }
    return {
      changes: [{ key: healthCheckKey(Id), value: after }],
      unchanged: (config.ChildHealthChecks ?? []).map(healthCheckKey),
      answer: after,
    }
  })
  return { HealthCheck: shownHealthCheck(answer) }
}

function changed(before: HealthCheckConfig, input: Checked<UpdateHealthCheckRequest>): HealthCheckConfig {
  const { HealthCheckId: _id, HealthCheckVersion: _version, ResetElements = [], ...given } = input
  const kept = { ...before }
  for (const element of ResetElements) delete kept[fieldOf[element]]
  const named = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...kept, ...Object.fromEntries(named) }
}

const fieldOf: Readonly<Record<ResettableElementName, keyof HealthCheckConfig>> = {
  ChildHealthChecks: 'ChildHealthChecks',
  FullyQualifiedDomainName: 'FullyQualifiedDomainName',
  Regions: 'Regions',
  ResourcePath: 'ResourcePath',
}
