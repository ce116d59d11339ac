import type {
  DescribeLoadBalancerAttributesInput,
  DescribeLoadBalancerAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing'
import type { Operation } from '../operation.ts'
import { shownAttributes } from './attributes.ts'
import { classicOf } from './classic-balancer.ts'

export const describeLoadBalancerAttributes: Operation<
  DescribeLoadBalancerAttributesInput,
  DescribeLoadBalancerAttributesOutput
> = async ({ LoadBalancerName }, { store }) => ({
  LoadBalancerAttributes: shownAttributes(classicOf(store.read(), LoadBalancerName).value.Classic.Attributes),
})
