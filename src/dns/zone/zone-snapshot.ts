import { type DnsStatus, dnsStatusPrefix } from '../../resources/status.ts'
import { type TopologySettings, topologySettingsKey } from '../../resources/topology-settings.ts'
import type { Snapshot } from '../../store/store.ts'
import type { FailoverAnswer } from '../routing/failover.ts'
import type { GeoDatabase } from '../routing/geolocation.ts'
import { emptyTable } from '../routing/network-table.ts'
import type { ObservedHealth } from '../routing/verdict.ts'
import { types } from '../wire/codes.ts'
import { isAtOrBelow, type Name, type NameKey, nameKey, parentKey } from '../wire/name.ts'
import { parseRecordValue } from '../wire/records/record-value.ts'
import type { SoaData } from '../wire/records/soa.ts'
import { codecOfType } from '../wire/records/table.ts'
import { WireError } from '../wire/wire-error.ts'
import { namedBalancers } from './balancer-names.ts'
import { compileZone } from './compile-zone.ts'
import { type PlaceTables, placeTables } from './place-tables.ts'
import { nameFromRoute53, type RecordSet, type Route53RecordSet, recordSetOf } from './record-set.ts'
import { routeGroups } from './route-groups.ts'
import { type Balancers, groupKey } from './route-records.ts'
import type { RoutedGroup } from './routed-group.ts'
import { fixedSet, type RoutedSet, routedSetOf, usualSet } from './routed-set.ts'
import { type PeerZone, type ServedZone, servedZone } from './served-zone.ts'
import { closestApex, type ZoneDraft, zoneDrafts } from './zone-drafts.ts'
import type { ZoneNode } from './zone-node.ts'
import { zoneTree } from './zone-tree.ts'

/** Everything the server answers from; never changes but for bytes it remembers (response.ts). */
export interface ZoneSnapshot {
  readonly nodes: ReadonlyMap<NameKey, ZoneNode>
  /** No name here has more labels. */
  readonly labelsMax: number
  readonly zones: readonly ServedZone[]
  /** By name and type, for example `data.demo.test. A`. */
  readonly failover: Readonly<Record<string, FailoverAnswer>>
  /** Record sets that could not be served, in words. */
  readonly problems: readonly string[]
  /** How each name and type is decided, by `groupKey`: what `explainAnswer` shows. */
  readonly groups: ReadonlyMap<string, RoutedGroup>
  readonly tables: PlaceTables
}

/** What is known from elsewhere than the store. */
export interface Elsewhere {
  /** The operator's file; without it every client is of no known place. */
  readonly geo?: GeoDatabase
  /** Of a wall clock, whole seconds: serials begin there. */
  readonly epochSeconds?: number
}

/** AWS: "60 seconds, the TTL for load balancers". */
const balancerTtlSecondsDefault = 60

/** Pure. `previous` is what was served until now; serials go on from there. */
export function zoneSnapshot(
  resources: Snapshot,
  health: ObservedHealth,
  previous?: ZoneSnapshot,
  { geo = emptyTable, epochSeconds = 0 }: Elsewhere = {},
): ZoneSnapshot {
  const settings = resources.get<TopologySettings>(topologySettingsKey)?.value
  const balancers = namedBalancers(resources, health, settings?.dns.ttlSeconds ?? balancerTtlSecondsDefault)
  const byKey: Balancers = new Map(balancers.map(balancer => [balancer.key, balancer]))
  const tables = placeTables(resources, geo, previous?.tables)
  const problems = [...tables.problems]
  const drafts = zoneDrafts(resources, balancers)
  const apexes = new Set(drafts.map(draft => draft.apex))
  const serials = {
    previous: previous?.zones ?? [],
    peers: peerZones(resources),
    revision: resources.revision,
    epochSeconds,
  }
  const nodes = new Map<NameKey, ZoneNode>()
  const groups = new Map<string, RoutedGroup>()
  const zones: ServedZone[] = []
  // Parents before their children.
  drafts.sort((a, b) => labelCount(a.apex) - labelCount(b.apex))
  const signers = new Map<NameKey, ZoneNode>()
  for (const draft of drafts) {
    const inputs = {
      balancers: byKey,
      health,
      tables,
      problem: (where: string, what: string) => problems.push(`${where}: ${what}`),
    }
    const isOwn = (key: NameKey): boolean => closestApex(key, apexes) === draft.apex
    const routed = routeGroups(recordGroups(draft, isOwn, problems), inputs)
    const own = balancers.flatMap(balancer => [...balancer.addresses, ...balancer.zonal])
    const sets = [
      ...[...routed.values()].map(routedSetOf),
      ...own.filter(set => isOwn(set.key)).map(fixedSet),
    ]
    const zone = servedZone(draft.name, sets, { ...serials, soaSerial: soaOf(draft, sets).data.serial })
    zones.push(zone)
    for (const [key, group] of routed) if (isOwn(group.key)) groups.set(key, group)
    for (const [key, node] of compiledNodes(draft, sets, zone.serial, childApexes(draft, apexes))) {
      if (isOwn(key)) nodes.set(key, withSigner(node, signers.get(key)))
      else signers.set(key, node)
    }
  }
  let labelsMax = 0
  for (const key of nodes.keys()) labelsMax = Math.max(labelsMax, labelCount(key))
  return Object.freeze({ nodes, labelsMax, zones, failover: failoverOf(groups), problems, groups, tables })
}

function failoverOf(groups: ReadonlyMap<string, RoutedGroup>): Record<string, FailoverAnswer> {
  const decided = [...groups.values()].flatMap(({ name, type, failover }) =>
    failover === undefined ? [] : [[`${name} ${type}`, failover] as const],
  )
  return Object.fromEntries(decided)
}

function peerZones(resources: Snapshot): PeerZone[] {
  return resources
    .list<DnsStatus>(dnsStatusPrefix)
    .flatMap(({ value }) => Object.entries(value.zones ?? {}).map(([name, zone]) => ({ name, ...zone })))
}

/** By name and type. What lies in a child zone is that zone's to decide; here it is at most a delegation and its glue. */
function recordGroups(
  draft: ZoneDraft,
  isOwn: (key: NameKey) => boolean,
  problems: string[],
): ReadonlyMap<string, readonly Route53RecordSet[]> {
  const groups = new Map<string, Route53RecordSet[]>()
  for (const { value, key: where } of draft.recordSets) {
    guarded(where, problems, () => {
      const { ResourceRecordSet: record } = value
      const { key, group } = placeOf(record)
      if (!isAtOrBelow(key, draft.apex)) throw new WireError(`not within ${draft.name}`)
      if (!isOwn(key) && (record.SetIdentifier !== undefined || record.AliasTarget !== undefined)) return
      const members = groups.get(group)
      if (members === undefined) groups.set(group, [record])
      else members.push(record)
    })
  }
  return groups
}

interface RecordPlace {
  readonly key: NameKey
  readonly group: string
}

/** Documents never change, and a switch looks at all of them. */
const placesOfRecords = new WeakMap<Route53RecordSet, RecordPlace>()

/** Throws WireError when its names or its type are none. */
function placeOf(record: Route53RecordSet): RecordPlace {
  const before = placesOfRecords.get(record)
  if (before !== undefined) return before
  codecOfType(record.Type)
  if (record.AliasTarget !== undefined) nameKey(nameFromRoute53(record.AliasTarget.DNSName ?? ''))
  const key = nameKey(nameFromRoute53(record.Name))
  const place = { key, group: groupKey(key, record.Type) }
  placesOfRecords.set(record, place)
  return place
}

/** One record set that is wrong must not take its zone with it. */
function guarded<T>(where: string, problems: string[], make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    problems.push(`${where}: ${error.message}`)
    return undefined
  }
}

function compiledNodes(
  draft: ZoneDraft,
  sets: readonly RoutedSet[],
  serial: number,
  cuts: readonly NameKey[],
): ReadonlyMap<NameKey, ZoneNode> {
  const given = soaOf(draft, sets)
  const soa = { ...given, data: [{ ...given.data, serial }] }
  const others = sets.filter(set => set.key !== draft.apex || set.code !== types.soa)
  const hasServers = sets.some(set => set.key === draft.apex && set.code === types.ns)
  const servers = hasServers ? [] : [fixedSet(serversDefault(draft))]
  return compileZone(zoneTree(draft.apex, [...others, fixedSet(soa), ...servers], cuts), soa)
}

function soaOf(
  draft: ZoneDraft,
  sets: readonly RoutedSet[],
): Omit<RecordSet, 'data'> & { readonly data: SoaData } {
  const own = sets.find(set => set.key === draft.apex && set.code === types.soa)
  const set = (own === undefined ? undefined : usualSet(own)) ?? soaDefault(draft)
  return { ...set, data: set.data[0] as SoaData }
}

function childApexes({ apex }: ZoneDraft, apexes: ReadonlySet<NameKey>): NameKey[] {
  return [...apexes].filter(child => child !== apex && isAtOrBelow(child, apex))
}

/** Of a zone whose parent is served here too, the parent's side answers for DS (RFC 4035 section 3.1.4.1). */
function withSigner(node: ZoneNode, parentSide: ZoneNode | undefined): ZoneNode {
  const signer = parentSide?.byType.get(types.ds)
  if (signer === undefined) return node
  const { byType, otherwise, any, isCut, wildcard, nonexistent } = node
  return { byType: new Map([...byType, [types.ds, signer]]), otherwise, any, isCut, wildcard, nonexistent }
}

/** As Route 53 makes it. */
function soaDefault({ name }: ZoneDraft): RecordSet {
  const data = parseRecordValue(
    'SOA',
    `${below('ns1', name)} ${below('hostmaster', name)} 1 7200 900 1209600 86400`,
  )
  return recordSetOf(name, 'SOA', 900, [data])
}

function serversDefault({ name }: ZoneDraft): RecordSet {
  return recordSetOf(name, 'NS', 172_800, [{ type: 'NS', nameServer: below('ns1', name) }])
}

function below(label: string, name: Name): Name {
  return name === '.' ? `${label}.` : `${label}.${name}`
}

function labelCount(key: NameKey): number {
  let count = 0
  for (let at: NameKey | undefined = parentKey(key); at !== undefined; at = parentKey(at)) count++
  return count
}
