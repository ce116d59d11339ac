import type {
  AddAvailabilityZonesInput,
  AddAvailabilityZonesOutput,
} from '@aws-sdk/client-elastic-load-balancing'
import type { Operation } from '../operation.ts'
import { changeClassic } from './classic-change.ts'
import { defaultSubnets, withSubnets, zonesOf } from './zones.ts'

/** By the default subnet of each; a zone that is there already stays as it is. */
export const enableAvailabilityZonesForLoadBalancer: Operation<
  AddAvailabilityZonesInput,
  AddAvailabilityZonesOutput
> = async ({ LoadBalancerName, AvailabilityZones }, context) => {
  const { document } = await changeClassic(context, LoadBalancerName, (before, snapshot) => {
    const added = AvailabilityZones.filter(zone => !zonesOf(before).includes(zone))
    return withSubnets(snapshot, before, defaultSubnets(snapshot, added))
  })
  return { AvailabilityZones: zonesOf(document) }
}
