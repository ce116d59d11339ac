import { parsePrefix } from '../../base/ip-address.ts'
import {
  type CidrCollectionDocument,
  cidrCollectionPrefix,
  type LatencyDocument,
  latencyKey,
} from '../../resources/dns.ts'
import type { Snapshot } from '../../store/store.ts'
import type { GeoDatabase } from '../routing/geolocation.ts'
import type { CidrTable } from '../routing/ip-based.ts'
import type { Latencies, LatencyTable } from '../routing/latency.ts'
import { emptyTable, type NetworkRow, type NetworkTable, networkTable } from '../routing/network-table.ts'

/** What tells where clients are. */
export interface PlaceTables {
  readonly geo: GeoDatabase
  readonly latency: LatencyTable
  /** An unknown collection has no blocks: everybody gets the default. */
  cidr(collectionId: string | undefined): CidrTable
  /** Differs whenever a table of the store does. */
  readonly signature: string
  /** Networks that are none, in words. */
  readonly problems: readonly string[]
}

/** Of the store's documents; what did not change since `before` is not made again. The geographic database is a file and comes from outside. */
export function placeTables(resources: Snapshot, geo: GeoDatabase, before?: PlaceTables): PlaceTables {
  const latencies = resources.get<LatencyDocument>(latencyKey)
  const collections = resources.list<CidrCollectionDocument>(cidrCollectionPrefix)
  const sources = latencies === undefined ? collections : [latencies, ...collections]
  const signature = sources.map(({ key, revision }) => `${key}@${revision}`).join(' ')
  if (before !== undefined && before.signature === signature && before.geo === geo) return before
  const problems: string[] = []
  const networks = (latencies?.value.networks ?? []).map(one => [one.network, one.milliseconds] as const)
  const cidr = collections.map(({ key, value }) => {
    const blocks = Object.entries(value.Locations).flatMap(([location, list]) =>
      list.map(block => [block, location] as const),
    )
    return [value.CidrCollection.Id, tableOf(blocks, key, problems)] as const
  })
  const byId = new Map(cidr)
  return {
    geo,
    latency: {
      networks: tableOf<Latencies>(networks, latencyKey, problems),
      otherwise: latencies?.value.otherwise ?? {},
    },
    cidr: id => byId.get(id ?? '') ?? emptyTable,
    signature,
    problems,
  }
}

function tableOf<T>(
  found: readonly (readonly [network: string, value: T])[],
  where: string,
  problems: string[],
): NetworkTable<T> {
  const rows: NetworkRow<T>[] = []
  for (const [network, value] of found) {
    const prefix = parsePrefix(network)
    if (prefix === undefined)
      problems.push(`${where}: ${network} is no network; expected for example 192.0.2.0/24`)
    else rows.push({ prefix, value })
  }
  const table = networkTable(rows)
  if (table === undefined) problems.push(`${where}: more networks than fit`)
  return table ?? emptyTable
}
