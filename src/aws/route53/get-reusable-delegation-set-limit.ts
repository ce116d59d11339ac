import type {
  GetReusableDelegationSetLimitRequest,
  GetReusableDelegationSetLimitResponse,
} from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { allZones, delegationSetOf } from './hosted-zone.ts'
import { quotas } from './quotas.ts'

export const getReusableDelegationSetLimit: Operation<
  GetReusableDelegationSetLimitRequest,
  GetReusableDelegationSetLimitResponse
> = async ({ Type, DelegationSetId }, { store }) => {
  const snapshot = store.read()
  const id = delegationSetOf(snapshot, DelegationSetId)
  return {
    Limit: { Type, Value: quotas.zonesPerDelegationSetMax },
    Count: allZones(snapshot).filter(zone => zone.DelegationSetId === id).length,
  }
}
