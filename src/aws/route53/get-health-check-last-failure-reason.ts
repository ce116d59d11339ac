import type {
  GetHealthCheckLastFailureReasonRequest,
  GetHealthCheckLastFailureReasonResponse,
} from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { healthCheckObservations } from './health-check-observations.ts'

export const getHealthCheckLastFailureReason: Operation<
  GetHealthCheckLastFailureReasonRequest,
  GetHealthCheckLastFailureReasonResponse
> = async ({ HealthCheckId }, context) => ({
  HealthCheckObservations: healthCheckObservations(HealthCheckId, 'lastFailure', context),
})
