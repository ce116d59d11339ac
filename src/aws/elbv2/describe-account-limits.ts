import type {
  DescribeAccountLimitsInput,
  DescribeAccountLimitsOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Operation } from '../operation.ts'
import { elbv2Limits } from './limits.ts'

export const describeAccountLimits: Operation<
  DescribeAccountLimitsInput,
  DescribeAccountLimitsOutput
> = async () => ({
  Limits: Object.entries(names).map(([limit, Name]) => ({
    Name,
    Max: String(elbv2Limits[limit as keyof typeof names]),
  })),
})

const names = {
  networkLoadBalancers: 'network-load-balancers',
  targetGroups: 'target-groups',
  listenersPerLoadBalancer: 'listeners-per-network-load-balancer',
  targetsPerTargetGroup: 'targets-per-network-load-balancer',
  targetGroupsPerAction: 'target-groups-per-action-on-network-load-balancer',
  rulesPerLoadBalancer: 'rules-per-application-load-balancer',
  certificatesPerLoadBalancer: 'certificates-per-network-load-balancer',
} as const
