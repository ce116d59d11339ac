import type { LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { LoadBalancerDocument } from '../../resources/load-balancing.ts'
import { balancerStatusKey } from '../../resources/status.ts'
import type { OperationContext } from '../operation.ts'

/** After so long a zone without a process is not on its way any more. */
const provisioningMsMax = 60_000

/**
 * A load balancer as it is told, with the state that its processes have now.
 *
 * | processes                         | state           |
 * |-----------------------------------|-----------------|
 * | one lives in each zone            | active          |
 * | not yet, and it is new            | provisioning    |
 * | not, and it is older than a minute | active_impaired |
 */
export function shownLoadBalancer(
  { LoadBalancer: stored, CreatedAt }: LoadBalancerDocument,
  { dataPlanes, wallMs }: Pick<OperationContext, 'dataPlanes' | 'wallMs'>,
): LoadBalancer {
  const missing = stored.AvailabilityZones.filter(
    ({ ZoneName = '' }) => !dataPlanes.isAlive(balancerStatusKey(stored.LoadBalancerName, ZoneName)),
  ).map(({ ZoneName }) => ZoneName)
  const isNew = CreatedAt !== undefined && wallMs() - Date.parse(CreatedAt) < provisioningMsMax
  const State: LoadBalancer['State'] =
    missing.length === 0
      ? { Code: 'active' }
      : isNew
        ? { Code: 'provisioning' }
        : { Code: 'active_impaired', Reason: `No process is running in ${missing.join(', ')}` }
  return {
    ...stored,
    ...(CreatedAt === undefined ? {} : { CreatedTime: new Date(CreatedAt) }),
    AvailabilityZones: [...stored.AvailabilityZones],
    State,
  }
}
