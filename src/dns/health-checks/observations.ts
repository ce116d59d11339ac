import type { HealthCheckObservation } from '@aws-sdk/client-route-53'
import { type HealthReport, healthReportPrefix } from '../../resources/health-checks.ts'
import type { Snapshot } from '../../store/store.ts'

/**
 * What GetHealthCheckStatus and GetHealthCheckLastFailureReason list: each vantage point's last probe of one health check, or its last
 * failed one. `Region` is the vantage point's role name, for there are no regions. `isVantage` leaves out those that are gone. AWS has
 * neither list for calculated checks.
 */
export function healthCheckObservations(
  snapshot: Snapshot,
  id: string,
  which: 'last' | 'lastFailure',
  isVantage: (roleName: string) => boolean = () => true,
): HealthCheckObservation[] {
  return snapshot.list<HealthReport>(healthReportPrefix).flatMap(({ key, value }) => {
    const roleName = key.slice(healthReportPrefix.length)
    const report = value.checks[id]?.[which]
    if (report === undefined || !isVantage(roleName)) return []
    const { Status, CheckedTime } = report
    return [
      {
        Region: roleName as NonNullable<HealthCheckObservation['Region']>,
        IPAddress: value.address,
        StatusReport: { Status, CheckedTime: new Date(CheckedTime) },
      },
    ]
  })
}
