import type { GetHealthCheckStatusRequest, GetHealthCheckStatusResponse } from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { healthCheckObservations } from './health-check-observations.ts'

export const getHealthCheckStatus: Operation<
  GetHealthCheckStatusRequest,
  GetHealthCheckStatusResponse
> = async ({ HealthCheckId }, context) => ({
  HealthCheckObservations: healthCheckObservations(HealthCheckId, 'last', context),
})
