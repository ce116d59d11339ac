import type {
  DetachLoadBalancerFromSubnetsInput,
  DetachLoadBalancerFromSubnetsOutput,
} from '@aws-sdk/client-elastic-load-balancing'
import type { Operation } from '../operation.ts'
import { changeClassic } from './classic-change.ts'
import { subnetsOf, withoutSubnets } from './zones.ts'

/** Instances of their zones stay registered, out of service. */
export const detachLoadBalancerFromSubnets: Operation<
  DetachLoadBalancerFromSubnetsInput,
  DetachLoadBalancerFromSubnetsOutput
> = async ({ LoadBalancerName, Subnets }, context) => {
  const { document, revision } = await changeClassic(context, LoadBalancerName, (before, snapshot) =>
    withoutSubnets(snapshot, before, Subnets),
  )
  await context.dataPlanes.whenApplied(revision, 'balancer')
  return { Subnets: subnetsOf(document) }
}
