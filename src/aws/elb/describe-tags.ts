import type { DescribeTagsInput, DescribeTagsOutput } from '@aws-sdk/client-elastic-load-balancing'
import { tagsOf } from '../elbv2/tags.ts'
import type { Operation } from '../operation.ts'
import { classicOf } from './classic-balancer.ts'

export const describeTags: Operation<DescribeTagsInput, DescribeTagsOutput> = async (
  { LoadBalancerNames },
  { store },
) => {
  const snapshot = store.read()
  return {
    TagDescriptions: LoadBalancerNames.map(LoadBalancerName => {
      const arn = classicOf(snapshot, LoadBalancerName).value.LoadBalancer.LoadBalancerArn
      return {
        LoadBalancerName,
        Tags: Object.entries(tagsOf(snapshot, arn)).map(([Key, Value]) => ({ Key, Value })),
      }
    }),
  }
}
