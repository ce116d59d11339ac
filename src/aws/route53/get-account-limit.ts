import type {
  AccountLimitType,
  GetAccountLimitRequest,
  GetAccountLimitResponse,
} from '@aws-sdk/client-route-53'
import type { Snapshot } from '../../store/store.ts'
import type { Operation } from '../operation.ts'
import { delegationSetIds } from './delegation-set.ts'
import { allHealthChecks } from './health-check.ts'
import { allZones } from './hosted-zone.ts'
import { quotas } from './quotas.ts'

export const getAccountLimit: Operation<GetAccountLimitRequest, GetAccountLimitResponse> = async (
  { Type },
  { store },
) => {
  const { value, count } = limits[Type]
  return { Limit: { Type, Value: value }, Count: count(store.read()) }
}

/** There are no traffic policies here, and so none is counted. */
const none = (): number => 0

const limits: Readonly<
  Record<AccountLimitType, { readonly value: number; readonly count: (snapshot: Snapshot) => number }>
> = {
  MAX_HEALTH_CHECKS_BY_OWNER: {
    value: quotas.healthChecksMax,
    count: snapshot => allHealthChecks(snapshot).length,
  },
  MAX_HOSTED_ZONES_BY_OWNER: { value: quotas.hostedZonesMax, count: snapshot => allZones(snapshot).length },
  MAX_REUSABLE_DELEGATION_SETS_BY_OWNER: {
    value: quotas.delegationSetsMax,
    count: snapshot => delegationSetIds(snapshot).length,
  },
  MAX_TRAFFIC_POLICIES_BY_OWNER: { value: quotas.trafficPoliciesMax, count: none },
  MAX_TRAFFIC_POLICY_INSTANCES_BY_OWNER: { value: quotas.trafficPolicyInstancesMax, count: none },
}
