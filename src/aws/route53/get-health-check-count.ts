import type { GetHealthCheckCountRequest, GetHealthCheckCountResponse } from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { allHealthChecks } from './health-check.ts'

export const getHealthCheckCount: Operation<GetHealthCheckCountRequest, GetHealthCheckCountResponse> = async (
  _input,
  { store },
) => ({ HealthCheckCount: allHealthChecks(store.read()).length })
