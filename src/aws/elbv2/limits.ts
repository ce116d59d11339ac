/** AWS's quotas, where ours are not higher; DescribeAccountLimits tells them. */
export const elbv2Limits = {
  networkLoadBalancers: 50,
  applicationLoadBalancers: 50,
  targetGroups: 3_000,
  listenersPerLoadBalancer: 50,
  targetsPerTargetGroup: 1_000,
  targetGroupsPerAction: 5,
  /** Of an application load balancer, on all its listeners, but for the default rules. */
  rulesPerLoadBalancer: 100,
  conditionValuesPerRule: 5,
  conditionWildcardsPerRule: 5,
  /** That an application load balancer's listeners and rules may name together. */
  targetGroupsPerLoadBalancer: 100,
  certificatesPerLoadBalancer: 25,
  tagsPerResource: 50,
} as const
