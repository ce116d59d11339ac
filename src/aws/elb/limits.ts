/** AWS's quotas (Classic guide, "Quotas"). */
export const elbLimits = {
  loadBalancers: 20,
  listenersPerLoadBalancer: 100,
  instancesPerLoadBalancer: 1_000,
} as const
