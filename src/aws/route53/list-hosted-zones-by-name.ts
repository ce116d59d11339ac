import type { ListHostedZonesByNameRequest, ListHostedZonesByNameResponse } from '@aws-sdk/client-route-53'
import { listZonesByName } from '../../dns/changes/hosted-zones.ts'
import type { Operation } from '../operation.ts'
import { allZones, shownZone, zoneOf } from './hosted-zone.ts'
import { bareId } from './identifiers.ts'
import { pageItemsMax } from './quotas.ts'
import { refusedBy } from './refuse.ts'

export const listHostedZonesByName: Operation<
  ListHostedZonesByNameRequest,
  ListHostedZonesByNameResponse
> = async ({ DNSName, HostedZoneId, MaxItems = pageItemsMax }, { store }) => {
  const snapshot = store.read()
  const hostedZoneId = HostedZoneId === undefined ? undefined : bareId(HostedZoneId, 'hostedzone')
  const page = listZonesByName(
    allZones(snapshot).map(({ HostedZone }) => HostedZone),
    { dnsName: DNSName, hostedZoneId },
    MaxItems,
  )
  if (page.kind === 'refused') throw refusedBy(page)
  return {
    HostedZones: page.zones.map(({ Id }) => shownZone(snapshot, zoneOf(snapshot, Id))),
    ...(DNSName === undefined ? {} : { DNSName }),
    ...(hostedZoneId === undefined ? {} : { HostedZoneId: hostedZoneId }),
    IsTruncated: page.next !== undefined,
    ...(page.next === undefined
      ? {}
      : { NextDNSName: page.next.dnsName, NextHostedZoneId: page.next.hostedZoneId }),
    MaxItems: Math.min(Math.max(1, MaxItems), pageItemsMax),
  }
}
