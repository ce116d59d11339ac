/** AWS's quotas, where ours are not higher; DescribeAccountLimits tells them. */
export const elbv2Limits = {
  networkLoadBalancers: 50,
  targetGroups: 3_000,
  listenersPerLoadBalancer: 50,
  targetsPerTargetGroup: 1_000,
  targetGroupsPerAction: 5,
  rulesPerLoadBalancer: 100,
  certificatesPerLoadBalancer: 25,
  tagsPerResource: 50,
} as const
