import type { ListHostedZonesRequest, ListHostedZonesResponse } from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { allZones, delegationSetOf, shownZone } from './hosted-zone.ts'
import { bareId } from './identifiers.ts'
import { pageFrom } from './page.ts'

export const listHostedZones: Operation<ListHostedZonesRequest, ListHostedZonesResponse> = async (
  { Marker = '', MaxItems, DelegationSetId, HostedZoneType },
  { store },
) => {
  const snapshot = store.read()
  const set = DelegationSetId === undefined ? undefined : delegationSetOf(snapshot, DelegationSetId)
  const zones = HostedZoneType === 'PrivateHostedZone' ? [] : allZones(snapshot)
  const asked = set === undefined ? zones : zones.filter(zone => zone.DelegationSetId === set)
  const { items, next, max } = pageFrom(
    asked,
    zone => zone.HostedZone.Id,
    bareId(Marker, 'hostedzone'),
    MaxItems,
  )
  return {
    HostedZones: items.map(zone => shownZone(snapshot, zone)),
    Marker,
    IsTruncated: next !== undefined,
    ...(next === undefined ? {} : { NextMarker: next }),
    MaxItems: max,
  }
}
