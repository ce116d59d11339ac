import type { GetHealthCheckRequest, GetHealthCheckResponse } from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { healthCheckOf, shownHealthCheck } from './health-check.ts'

export const getHealthCheck: Operation<GetHealthCheckRequest, GetHealthCheckResponse> = async (
  { HealthCheckId },
  { store },
) => ({ HealthCheck: shownHealthCheck(healthCheckOf(store.read(), HealthCheckId)) })
