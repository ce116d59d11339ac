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
  Limits: names.map(([Name, limit]) => ({ Name, Max: String(elbv2Limits[limit]) })),
})

const names: readonly (readonly [string, keyof typeof elbv2Limits])[] = [
  ['application-load-balancers', 'applicationLoadBalancers'],
  ['network-load-balancers', 'networkLoadBalancers'],
  ['target-groups', 'targetGroups'],
  ['listeners-per-application-load-balancer', 'listenersPerLoadBalancer'],
  ['listeners-per-network-load-balancer', 'listenersPerLoadBalancer'],
  ['targets-per-application-load-balancer', 'targetsPerTargetGroup'],
  ['targets-per-network-load-balancer', 'targetsPerTargetGroup'],
  ['target-groups-per-application-load-balancer', 'targetGroupsPerLoadBalancer'],
  ['target-groups-per-action-on-application-load-balancer', 'targetGroupsPerAction'],
  ['target-groups-per-action-on-network-load-balancer', 'targetGroupsPerAction'],
  ['rules-per-application-load-balancer', 'rulesPerLoadBalancer'],
  ['condition-values-per-alb-rule', 'conditionValuesPerRule'],
  ['condition-wildcards-per-alb-rule', 'conditionWildcardsPerRule'],
  ['certificates-per-application-load-balancer', 'certificatesPerLoadBalancer'],
  ['certificates-per-network-load-balancer', 'certificatesPerLoadBalancer'],
]
