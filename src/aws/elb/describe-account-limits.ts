import type {
  DescribeAccountLimitsInput,
  DescribeAccountLimitsOutput,
} from '@aws-sdk/client-elastic-load-balancing'
import type { Operation } from '../operation.ts'
import { elbLimits } from './limits.ts'

export const describeAccountLimits: Operation<
  DescribeAccountLimitsInput,
  DescribeAccountLimitsOutput
> = async () => ({
  Limits: [
    { Name: 'classic-load-balancers', Max: String(elbLimits.loadBalancers) },
    { Name: 'classic-listeners', Max: String(elbLimits.listenersPerLoadBalancer) },
    { Name: 'classic-registered-instances', Max: String(elbLimits.instancesPerLoadBalancer) },
  ],
})
