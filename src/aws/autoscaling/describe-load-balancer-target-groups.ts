import type {
  DescribeLoadBalancerTargetGroupsRequest,
  DescribeLoadBalancerTargetGroupsResponse,
} from '@aws-sdk/client-auto-scaling'
import type { Operation } from '../operation.ts'
import { scalingGroupOf } from './group.ts'

export const describeLoadBalancerTargetGroups: Operation<
  DescribeLoadBalancerTargetGroupsRequest,
  DescribeLoadBalancerTargetGroupsResponse
> = async ({ AutoScalingGroupName }, { store }) => ({
  LoadBalancerTargetGroups: scalingGroupOf(store.read(), AutoScalingGroupName).TargetGroupARNs.map(
    LoadBalancerTargetGroupARN => ({ LoadBalancerTargetGroupARN, State: 'InService' }),
  ),
})
