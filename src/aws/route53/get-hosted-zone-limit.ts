import type { GetHostedZoneLimitRequest, GetHostedZoneLimitResponse } from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { recordSetsOf, zoneOf } from './hosted-zone.ts'
import { quotas } from './quotas.ts'

export const getHostedZoneLimit: Operation<GetHostedZoneLimitRequest, GetHostedZoneLimitResponse> = async (
  { Type, HostedZoneId },
  { store },
) => {
  const snapshot = store.read()
  const { Id } = zoneOf(snapshot, HostedZoneId).HostedZone
  if (Type === 'MAX_VPCS_ASSOCIATED_BY_ZONE')
    return { Limit: { Type, Value: quotas.vpcsPerZoneMax }, Count: 0 }
  return { Limit: { Type, Value: quotas.recordSetsPerZoneMax }, Count: recordSetsOf(snapshot, Id).length }
}
