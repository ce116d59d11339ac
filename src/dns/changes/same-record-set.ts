import { compareText } from './list-order.ts'
import type { Fields } from './planned-change.ts'

/** Whether a DELETE names what there is, everything of it. The order of values means nothing. */
export function isSameRecordSet(a: Fields, b: Fields): boolean {
  return comparable(a) === comparable(b)
}

function comparable(set: Fields): string {
  const { AliasTarget: alias, GeoLocation: geo, CidrRoutingConfig: cidr } = set
  return JSON.stringify([
    set.TTL,
    (set.ResourceRecords ?? []).map(({ Value = '' }) => Value).sort(compareText),
    alias === undefined ? null : [alias.HostedZoneId, alias.DNSName, alias.EvaluateTargetHealth === true],
    set.SetIdentifier,
    set.Weight,
    set.Region,
    set.Failover,
    geo === undefined ? null : [geo.ContinentCode, geo.CountryCode, geo.SubdivisionCode],
    set.MultiValueAnswer === true,
    cidr === undefined ? null : [cidr.CollectionId, cidr.LocationName],
    set.HealthCheckId,
  ])
}
