import type {
  DescribeLoadBalancerAttributesInput,
  DescribeLoadBalancerAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Operation } from '../operation.ts'
import { attributeList } from './attribute-rules.ts'
import { loadBalancerOf } from './resources.ts'

export const describeLoadBalancerAttributes: Operation<
  DescribeLoadBalancerAttributesInput,
  DescribeLoadBalancerAttributesOutput
> = async ({ LoadBalancerArn }, { store }) => ({
  Attributes: attributeList(loadBalancerOf(store.read(), LoadBalancerArn).value.Attributes),
})
