import { isDeepStrictEqual } from 'node:util'
import type { CreateHealthCheckRequest, CreateHealthCheckResponse } from '@aws-sdk/client-route-53'
import { healthCheckMistakes } from '../../dns/health-checks/health-check-mistakes.ts'
import { type HealthCheckDocument, healthCheckKey } from '../../resources/health-checks.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { allHealthChecks, shownHealthCheck, withDefaults } from './health-check.ts'
import { newUuid } from './identifiers.ts'
import { quotas } from './quotas.ts'
import { refuse, refuseMistakes } from './refuse.ts'
import { registered } from './register.ts'

/** The same caller reference with the same configuration asks for what is there already: a retry whose answer was lost. */
export const createHealthCheck: Operation<CreateHealthCheckRequest, CreateHealthCheckResponse> = async (
  { CallerReference, HealthCheckConfig },
  { store, random },
) => {
  const { answer } = await commitPlanned(store, snapshot => {
    const existing = allHealthChecks(snapshot)
    const typeOf = (id: string) =>
      snapshot.get<HealthCheckDocument>(healthCheckKey(id))?.value.HealthCheck.HealthCheckConfig.Type
    refuseMistakes(healthCheckMistakes({ config: HealthCheckConfig, tags: {}, typeOf }))
    const config = withDefaults(HealthCheckConfig)
    const same = existing.find(({ HealthCheck }) => HealthCheck.CallerReference === CallerReference)
    if (same !== undefined && isDeepStrictEqual(same.HealthCheck.HealthCheckConfig, config))
      return { changes: [], answer: same }
    if (same !== undefined)
      throw refuse(
        'HealthCheckAlreadyExists',
        `A health check has already been created with the specified caller reference: ${CallerReference}`,
      )
    if (existing.length >= quotas.healthChecksMax)
      throw refuse(
        'TooManyHealthChecks',
        `Limits Exceeded: MAX_HEALTH_CHECKS_BY_OWNER - Cannot create more health checks.`,
      )
    const document: HealthCheckDocument = {
      HealthCheck: { Id: newUuid(random), CallerReference, HealthCheckVersion: 1, HealthCheckConfig: config },
      Tags: {},
    }
    return {
      changes: [
        { key: healthCheckKey(document.HealthCheck.Id), value: document },
        registered(snapshot, 'health-check'),
      ],
      unchanged: (config.ChildHealthChecks ?? []).map(healthCheckKey),
      answer: document,
    }
  })
  const { Id } = answer.HealthCheck
  return {
    HealthCheck: shownHealthCheck(answer),
    Location: `https://route53.amazonaws.com/2013-04-01/healthcheck/${Id}`,
  }
}
