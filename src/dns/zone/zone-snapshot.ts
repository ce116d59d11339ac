import { type HostedZoneDocument, type RecordSetDocument, recordSetPrefix } from '../../resources/dns.ts'
import { type TopologySettings, topologySettingsKey } from '../../resources/topology-settings.ts'
import type { Document, Snapshot } from '../../store/store.ts'
import type { FailoverAnswer } from '../routing/failover.ts'
import type { ObservedHealth } from '../routing/verdict.ts'
import { types } from '../wire/codes.ts'
import { isAtOrBelow, keyToName, type Name, type NameKey, nameKey, parentKey } from '../wire/name.ts'
import type { SoaData } from '../wire/records/soa.ts'
import { codecOfCode, codecOfType } from '../wire/records/table.ts'
import { WireError } from '../wire/wire-error.ts'
import { type NamedBalancer, namedBalancers } from './balancer-names.ts'
import { type Choices, chooseRecords, groupKey } from './choose-records.ts'
import { compileZone, type ZoneNode } from './compile-zone.ts'
import { dataOf, nameFromRoute53, type RecordSet, type Route53RecordSet, recordSetOf } from './record-set.ts'
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
}

export interface ServedZone {
  readonly name: Name
  readonly serial: number
  /** Everything it answers but the serial: a change of this is a change of the zone. */
  readonly content: string
}

/** AWS: "60 seconds, the TTL for load balancers". */
const balancerTtlSecondsDefault = 60

/**
 * Pure. `previous` is what was served until now: serials go up with every change of content, a failover switch included, and never back
 * (RFC 1982 order). They begin with the store's revision, which runs ahead of them, so a restart does not set them back either.
 */
export function zoneSnapshot(
  resources: Snapshot,
  health: ObservedHealth,
  previous?: ZoneSnapshot,
): ZoneSnapshot {
  const settings = resources.get<TopologySettings>(topologySettingsKey)?.value
  const balancers = namedBalancers(resources, health, settings?.dns.ttlSeconds ?? balancerTtlSecondsDefault)
  const problems: string[] = []
  const failover: Record<string, FailoverAnswer> = {}
  const drafts = zoneDrafts(resources, balancers)
  const apexes = new Set(drafts.map(draft => draft.apex))
  const nodes = new Map<NameKey, ZoneNode>()
  const zones: ServedZone[] = []
  for (const draft of drafts) {
    const byKey = new Map(balancers.map(balancer => [balancer.key, balancer]))
    const chosen = recordSetsOf(draft, { balancers: byKey, health }, problems, failover)
    const own = balancers
      .flatMap(balancer => [...balancer.addresses, ...balancer.zonal])
      .filter(set => closestApex(set.key, apexes) === draft.apex)
    const sets = [...chosen, ...own].filter(set => closestApex(set.key, apexes) === draft.apex)
    const zone = servedZone(draft, sets, resources.revision, previous)
    zones.push(zone)
    for (const [key, node] of compiledNodes(draft, sets, zone.serial)) nodes.set(key, node)
  }
  const labelsMax = Math.max(0, ...[...nodes.keys()].map(labelCount))
  return Object.freeze({ nodes, labelsMax, zones, failover, problems })
}

interface ZoneDraft {
  readonly apex: NameKey
  readonly name: Name
  readonly recordSets: readonly Document<RecordSetDocument>[]
}

/** Hosted zones, and one for load balancers whose names lie in none (AWS has a zone of its own for them too). */
function zoneDrafts(resources: Snapshot, balancers: readonly NamedBalancer[]): ZoneDraft[] {
  const drafts = new Map<NameKey, ZoneDraft>()
  for (const { key, value } of resources.list<HostedZoneDocument>('route53/zone/')) {
    if (key.includes('/record-set/')) continue
    const name = nameFromRoute53(value.HostedZone.Name)
    const recordSets = resources.list<RecordSetDocument>(recordSetPrefix(value.HostedZone.Id))
    // Two hosted zones of one name are two sets of name servers in AWS; one server can only be one of them: the first.
    if (!drafts.has(nameKey(name))) drafts.set(nameKey(name), { apex: nameKey(name), name, recordSets })
  }
  const apexes = new Set(drafts.keys())
  for (const { key } of balancers) {
    const apex = parentKey(key)
    if (apex === undefined || closestApex(key, apexes) !== undefined) continue
    drafts.set(apex, { apex, name: keyToName(apex), recordSets: [] })
  }
  return [...drafts.values()]
}

function closestApex(key: NameKey, apexes: ReadonlySet<NameKey>): NameKey | undefined {
  let at: NameKey | undefined = key
  while (at !== undefined && !apexes.has(at)) at = parentKey(at)
  return at
}

function recordSetsOf(
  draft: ZoneDraft,
  known: Pick<Choices, 'balancers' | 'health'>,
  problems: string[],
  failover: Record<string, FailoverAnswer>,
): RecordSet[] {
  const groups = new Map<string, Route53RecordSet[]>()
  for (const { value, key } of draft.recordSets) {
    const group = guarded(key, problems, () => groupOf(draft, value.ResourceRecordSet))
    if (group === undefined) continue
    const members = groups.get(group)
    if (members === undefined) groups.set(group, [value.ResourceRecordSet])
    else members.push(value.ResourceRecordSet)
  }
  return [...groups.values()].flatMap(group => {
    const [{ Name: name, Type } = { Name: '', Type: 'A' as const }] = group
    const where = `${name} ${Type}`
    return (
      guarded(where, problems, () => {
        const chosen = chooseRecords({ ...known, groups }, group)
        if (chosen.failover !== undefined) failover[where] = chosen.failover
        if (chosen.data.length === 0) return undefined
        return [recordSetOf(nameFromRoute53(name), Type, chosen.ttlSeconds, chosen.data)]
      }) ?? []
    )
  })
}

function groupOf(draft: ZoneDraft, recordSet: Route53RecordSet): string {
  const key = nameKey(nameFromRoute53(recordSet.Name))
  if (!isAtOrBelow(key, draft.apex)) throw new WireError(`not within ${draft.name}`)
  dataOf(recordSet)
  return groupKey(key, recordSet.Type)
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

function servedZone(
  draft: ZoneDraft,
  sets: readonly RecordSet[],
  revision: number,
  previous: ZoneSnapshot | undefined,
): ServedZone {
  const content = sets.map(contentOf).sort().join('\n')
  const before = previous?.zones.find(zone => zone.name === draft.name)
  return { name: draft.name, serial: nextSerial(before, content, revision), content }
}

function nextSerial(before: ServedZone | undefined, content: string, revision: number): number {
  if (before?.content === content) return before.serial
  // 32 bits that go round; 0 is left out because some secondaries take it for "unset".
  return Math.max((before?.serial ?? 0) + 1, revision) % 0x1_0000_0000 || 1
}

function contentOf(set: RecordSet): string {
  const codec = codecOfCode(set.code)
  return `${set.name} ${set.ttlSeconds} ${codec.type} ${set.data.map(data => codec.format(data)).join(' | ')}`
}

function compiledNodes(
  draft: ZoneDraft,
  sets: readonly RecordSet[],
  serial: number,
): ReadonlyMap<NameKey, ZoneNode> {
  const given = sets.find(set => set.key === draft.apex && set.code === types.soa) ?? soaDefault(draft)
  const soa = { ...given, data: [{ ...(given.data[0] as SoaData), serial }] }
  const hasServers = sets.some(set => set.key === draft.apex && set.code === types.ns)
  return compileZone(
    zoneTree(draft.apex, [...sets, soa, ...(hasServers ? [] : [serversDefault(draft)])]),
    soa,
  )
}

/** As Route 53 makes it. */
function soaDefault({ name }: ZoneDraft): RecordSet {
  const data = codecOfType('SOA').parse(
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
