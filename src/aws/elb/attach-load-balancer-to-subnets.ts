import type {
  AttachLoadBalancerToSubnetsInput,
  AttachLoadBalancerToSubnetsOutput,
} from '@aws-sdk/client-elastic-load-balancing'
import type { Operation } from '../operation.ts'
import { changeClassic } from './classic-change.ts'
import { subnetsOf, withSubnets } from './zones.ts'

/** A subnet takes the place of the one that the load balancer has in its zone. */
export const attachLoadBalancerToSubnets: Operation<
  AttachLoadBalancerToSubnetsInput,
  AttachLoadBalancerToSubnetsOutput
> = async ({ LoadBalancerName, Subnets }, context) => {
  const { document } = await changeClassic(context, LoadBalancerName, (before, snapshot) =>
    withSubnets(snapshot, before, Subnets),
  )
  return { Subnets: subnetsOf(document) }
}
