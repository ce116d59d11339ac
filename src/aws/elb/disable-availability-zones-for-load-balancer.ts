import type {
  RemoveAvailabilityZonesInput,
  RemoveAvailabilityZonesOutput,
} from '@aws-sdk/client-elastic-load-balancing'
import type { Operation } from '../operation.ts'
import { changeClassic } from './classic-change.ts'
import { withoutSubnets, zonesOf } from './zones.ts'

/** A zone that is not there counts as removed. Instances of the zones stay registered, out of service. */
export const disableAvailabilityZonesForLoadBalancer: Operation<
  RemoveAvailabilityZonesInput,
  RemoveAvailabilityZonesOutput
> = async ({ LoadBalancerName, AvailabilityZones }, context) => {
  const { document, revision } = await changeClassic(context, LoadBalancerName, (before, snapshot) => {
    const gone = before.LoadBalancer.AvailabilityZones.filter(({ ZoneName = '' }) =>
      AvailabilityZones.includes(ZoneName),
    )
    return withoutSubnets(
      snapshot,
      before,
      gone.map(({ SubnetId = '' }) => SubnetId),
    )
  })
  await context.dataPlanes.whenApplied(revision, 'balancer')
  return { AvailabilityZones: zonesOf(document) }
}
