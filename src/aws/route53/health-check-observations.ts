import type { HealthCheckObservation, HealthCheckRegion } from '@aws-sdk/client-route-53'
import { type HealthReport, healthReportPrefix, healthStatusKey } from '../../resources/health-checks.ts'
import type { OperationContext } from '../operation.ts'
import { healthCheckOf } from './health-check.ts'
import { refuse } from './refuse.ts'

/** What each vantage point that lives last saw of an endpoint, in AWS's words. Ours are all in one region. */
export function healthCheckObservations(
  id: string,
  which: 'last' | 'lastFailure',
  { store, region, dataPlanes }: OperationContext,
): HealthCheckObservation[] {
  const snapshot = store.read()
  const { Id, HealthCheckConfig } = healthCheckOf(snapshot, id).HealthCheck
  if (HealthCheckConfig.Type === 'CALCULATED')
    throw refuse(
      'InvalidInput',
      'The status of a calculated health check is not observed by health checkers; ask for that of its children.',
    )
  return snapshot.list<HealthReport>(healthReportPrefix).flatMap(({ key, value }) => {
    const found = value.checks[Id]?.[which]
    if (found === undefined || !dataPlanes.isAlive(healthStatusKey(key.slice(healthReportPrefix.length))))
      return []
    const { Status, CheckedTime } = found
    return [
      {
        Region: region as HealthCheckRegion,
        IPAddress: value.address,
        StatusReport: { Status, CheckedTime: new Date(CheckedTime) },
      },
    ]
  })
}
