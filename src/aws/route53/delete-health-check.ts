import type { DeleteHealthCheckRequest, DeleteHealthCheckResponse } from '@aws-sdk/client-route-53'
import { healthCheckKey } from '../../resources/health-checks.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { healthCheckOf } from './health-check.ts'
import { registered } from './register.ts'

/** Allowed while record sets still name it, as in AWS: then nothing speaks against those records any more. */
export const deleteHealthCheck: Operation<DeleteHealthCheckRequest, DeleteHealthCheckResponse> = async (
  { HealthCheckId },
  { store },
) => {
  await commitPlanned(store, snapshot => {
    const { Id } = healthCheckOf(snapshot, HealthCheckId).HealthCheck
    return {
      changes: [{ key: healthCheckKey(Id), value: undefined }, registered(snapshot, 'health-check')],
      answer: undefined,
    }
  })
  return {}
}
