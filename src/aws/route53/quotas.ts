/** Route 53's defaults for an account (Developer Guide, "Quotas"). */
export const quotas = {
  hostedZonesMax: 500,
  recordSetsPerZoneMax: 10_000,
  healthChecksMax: 200,
  delegationSetsMax: 100,
  zonesPerDelegationSetMax: 100,
  vpcsPerZoneMax: 300,
  trafficPoliciesMax: 50,
  trafficPolicyInstancesMax: 5,
  tagsPerResourceMax: 50,
} as const

/** Of listings, where the API model says no other. */
export const pageItemsMax = 100
