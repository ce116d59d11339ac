import type { DescribeAvailabilityZonesRequest, DescribeAvailabilityZonesResult } from '@aws-sdk/client-ec2'
import { regionZones, zoneId } from '../../topology/region-zones.ts'
import type { Operation } from '../operation.ts'
import { filtered } from './filters.ts'
import { namedOnly } from './page.ts'
import { refuse } from './refuse.ts'

export const describeAvailabilityZones: Operation<
  DescribeAvailabilityZonesRequest,
  DescribeAvailabilityZonesResult
> = async ({ ZoneNames, ZoneIds, Filters }, { region }) => {
  const all = regionZones(region).map(zone)
  const named = namedOnly(
    all,
    ZoneNames,
    ({ ZoneName }) => ZoneName,
    gone => refuse('InvalidParameterValue', `Invalid availability zone: [${gone.join(', ')}]`),
  )
  const found = namedOnly(
    named,
    ZoneIds,
    ({ ZoneId }) => ZoneId,
    gone => refuse('InvalidParameterValue', `Invalid availability zone-id: [${gone.join(', ')}]`),
  )
  return {
    AvailabilityZones: filtered(found, Filters, {
      'zone-name': one => [one.ZoneName],
      'zone-id': one => [one.ZoneId],
      'zone-type': one => [one.ZoneType],
      'region-name': one => [one.RegionName],
      'group-name': one => [one.GroupName],
      'opt-in-status': one => [one.OptInStatus],
      state: one => [one.State],
    }),
  }
}

function zone(ZoneName: string) {
  const RegionName = ZoneName.slice(0, -1)
  return {
    State: 'available' as const,
    OptInStatus: 'opt-in-not-required' as const,
    RegionName,
    ZoneName,
    ZoneId: zoneId(ZoneName),
    GroupName: RegionName,
    NetworkBorderGroup: RegionName,
    ZoneType: 'availability-zone',
    Tags: [],
  }
}
