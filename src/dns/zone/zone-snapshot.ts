import { type TopologySettings, topologySettingsKey } from '../../resources/topology-settings.ts'
import type { Snapshot } from '../../store/store.ts'
import type { FailoverAnswer } from '../routing/failover.ts'
import type { ObservedHealth } from '../routing/verdict.ts'
import { types } from '../wire/codes.ts'
import { isAtOrBelow, type Name, type NameKey, nameKey, parentKey } from '../wire/name.ts'
import { parseRecordValue } from '../wire/records/record-value.ts'
import type { SoaData } from '../wire/records/soa.ts'
import { WireError } from '../wire/wire-error.ts'
import { namedBalancers } from './balancer-names.ts'
import { type Choices, chooseRecords, groupKey } from './choose-records.ts'
import { compileZone, type ZoneNode } from './compile-zone.ts'
import { dataOf, nameFromRoute53, type RecordSet, type Route53RecordSet, recordSetOf } from './record-set.ts'
import { type ServedZone, servedZone } from './served-zone.ts'
import { closestApex, type ZoneDraft, zoneDrafts } from './zone-drafts.ts'
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

/** AWS: "60 seconds, the TTL for load balancers". */
const balancerTtlSecondsDefault = 60

/** Pure. `previous` is what was served until now; serials go on from there. */
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
  // Parents before their children.
  drafts.sort((a, b) => labelCount(a.apex) - labelCount(b.apex))
  const signers = new Map<NameKey, ZoneNode>()
  for (const draft of drafts) {
    const byKey = new Map(balancers.map(balancer => [balancer.key, balancer]))
    const chosen = recordSetsOf(draft, { balancers: byKey, health }, problems, failover)
    const own = balancers.flatMap(balancer => [...balancer.addresses, ...balancer.zonal])
    const sets = [...chosen, ...own.filter(set => closestApex(set.key, apexes) === draft.apex)]
    const zone = servedZone(draft.name, sets, resources.revision, previous?.zones ?? [])
    zones.push(zone)
    for (const [key, node] of compiledNodes(draft, sets, zone.serial, childApexes(draft, apexes))) {
      if (closestApex(key, apexes) === draft.apex) nodes.set(key, withSigner(node, signers.get(key)))
      else signers.set(key, node)
    }
  }
  let labelsMax = 0
  for (const key of nodes.keys()) labelsMax = Math.max(labelsMax, labelCount(key))
  return Object.freeze({ nodes, labelsMax, zones, failover, problems })
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

function compiledNodes(
  draft: ZoneDraft,
  sets: readonly RecordSet[],
  serial: number,
  cuts: readonly NameKey[],
): ReadonlyMap<NameKey, ZoneNode> {
  const given = sets.find(set => set.key === draft.apex && set.code === types.soa) ?? soaDefault(draft)
  const soa = { ...given, data: [{ ...(given.data[0] as SoaData), serial }] }
  const hasServers = sets.some(set => set.key === draft.apex && set.code === types.ns)
  return compileZone(
    zoneTree(draft.apex, [...sets, soa, ...(hasServers ? [] : [serversDefault(draft)])], cuts),
    soa,
  )
}

function childApexes({ apex }: ZoneDraft, apexes: ReadonlySet<NameKey>): NameKey[] {
  return [...apexes].filter(child => child !== apex && isAtOrBelow(child, apex))
}

/** Of a zone whose parent is served here too, the parent's side answers for DS (RFC 4035 section 3.1.4.1). */
function withSigner(node: ZoneNode, parentSide: ZoneNode | undefined): ZoneNode {
  const signer = parentSide?.byType.get(types.ds)
  return signer === undefined ? node : { ...node, byType: new Map([...node.byType, [types.ds, signer]]) }
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
