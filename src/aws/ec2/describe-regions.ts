import type { DescribeRegionsRequest, DescribeRegionsResult } from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { filtered } from './filters.ts'
import { namedOnly } from './page.ts'
import { refuse } from './refuse.ts'

/** There is one: the region of the topology. */
export const describeRegions: Operation<DescribeRegionsRequest, DescribeRegionsResult> = async (
  { RegionNames, Filters },
  { region },
) => {
  const all: { RegionName: string; Endpoint: string; OptInStatus: string; Tags?: never }[] = [
    { RegionName: region, Endpoint: `ec2.${region}.amazonaws.com`, OptInStatus: 'opt-in-not-required' },
  ]
  const named = namedOnly(
    all,
    RegionNames,
    ({ RegionName }) => RegionName,
    gone =>
      refuse(
        'InvalidParameterValue',
        `Invalid region provided: ${gone.join(', ')}. Everport has the one region ${region}.`,
      ),
  )
  return {
    Regions: filtered(named, Filters, {
      'region-name': one => [one.RegionName],
      endpoint: one => [one.Endpoint],
      'opt-in-status': one => [one.OptInStatus],
    }),
  }
}
