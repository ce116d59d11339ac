import type { GetHostedZoneRequest, GetHostedZoneResponse } from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { shownDelegationSet, shownZone, zoneOf } from './hosted-zone.ts'

export const getHostedZone: Operation<GetHostedZoneRequest, GetHostedZoneResponse> = async (
  { Id },
  { store },
) => {
  const snapshot = store.read()
  const zone = zoneOf(snapshot, Id)
  return { HostedZone: shownZone(snapshot, zone), DelegationSet: shownDelegationSet(snapshot, zone) }
}
