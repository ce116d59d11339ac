import { type Lookup, SharedMap } from '../../base/shared-map.ts'
import {
  type HostedZoneDocument,
  hostedZonePrefix,
  type RecordSetDocument,
  recordSetPrefix,
} from '../../resources/dns.ts'
import { type DnsStatus, dnsStatusPrefix } from '../../resources/status.ts'
import { type TopologySettings, topologySettingsKey } from '../../resources/topology-settings.ts'
import type { Snapshot } from '../../store/store.ts'
import type { FailoverAnswer } from '../routing/failover.ts'
import type { GeoDatabase } from '../routing/geolocation.ts'
import { emptyTable } from '../routing/network-table.ts'
import type { ObservedHealth } from '../routing/verdict.ts'
import { type NameKey, nameKey } from '../wire/name.ts'
import { type NamedBalancer, namedBalancers } from './balancer-names.ts'
import { type PlaceTables, placeTables } from './place-tables.ts'
import type { DocumentChange } from './record-groups.ts'
import type { RoutedGroup } from './routed-group.ts'
import { nextSerial, type PeerZone, type SerialInputs, type ServedZone } from './served-zone.ts'
import { closestApex, isRecordSetKey, labelCount, type ZoneDraft, zoneDrafts } from './zone-drafts.ts'
import type { ZoneNode } from './zone-node.ts'
import { nextZone, usualSets, type ZoneState } from './zone-state.ts'

/** Everything the server answers from; never changes but for bytes it remembers (response.ts). */
export interface ZoneSnapshot {
  readonly nodes: Lookup<NameKey, ZoneNode>
  /** No name here has more labels. */
  readonly labelsMax: number
  readonly zones: readonly ServedZone[]
  /** Of each zone, by its apex. */
  readonly serials: ReadonlyMap<NameKey, number>
  /** By name and type, for example `data.demo.test. A`. */
  readonly failover: Readonly<Record<string, FailoverAnswer>>
  /** Record sets that could not be served, in words. */
  readonly problems: readonly string[]
  /** How each name and type is decided, by `groupKey`: what `explainAnswer` shows. */
  readonly groups: Lookup<string, RoutedGroup>
  readonly tables: PlaceTables
  /** What the next one is made from. */
  readonly basis: Basis
}

interface Basis {
  readonly resources: Snapshot
  readonly balancers: readonly NamedBalancer[]
  readonly states: readonly ZoneState[]
  readonly nodes: SharedMap<NameKey, ZoneNode>
  /** The parents' side of apexes whose parent is served here too. */
  readonly signers: ReadonlyMap<NameKey, ZoneNode>
  readonly groups: SharedMap<string, RoutedGroup>
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

/** Pure. Made from nothing; `previous` is what was served until now: serials go on from there. */
export function zoneSnapshot(
  resources: Snapshot,
  health: ObservedHealth,
  previous?: ZoneSnapshot,
  elsewhere: Elsewhere = {},
): ZoneSnapshot {
  const balancers = balancersOf(resources, health)
  const { geo = emptyTable } = elsewhere
  const tables = placeTables(resources, geo, previous?.tables)
  const drafts = zoneDrafts(resources, balancers)
  const basis = { resources, balancers, signers: new Map(), groups: SharedMap.empty<string, RoutedGroup>() }
  const nothing = { ...basis, nodes: SharedMap.empty<NameKey, ZoneNode>(), states: [] }
  const documentsOf = ({ zoneId }: ZoneDraft): DocumentChange[] =>
    zoneId === undefined
      ? []
      : resources
          .list<RecordSetDocument>(recordSetPrefix(zoneId))
          .map(after => ({ key: after.key, before: undefined, after }))
  return assembled(drafts, nothing, { tables, health, documentsOf, labelsMax: 0 }, previous, elsewhere)
}

/**
 * Pure, and as `zoneSnapshot(resources, health, previous, elsewhere)` says it, but made from `previous`: what nothing changed is shared with
 * it. `changed`: keys of all documents that are others than in the store `previous` was made from, as `Store.watch` tells them.
 */
export function nextZoneSnapshot(
  previous: ZoneSnapshot,
  resources: Snapshot,
  changed: ReadonlySet<string>,
  health: ObservedHealth,
  elsewhere: Elsewhere = {},
): ZoneSnapshot {
  const { basis } = previous
  const { geo = emptyTable } = elsewhere
  const balancers = balancersOf(resources, health, basis.balancers)
  const tables = placeTables(resources, geo, previous.tables)
  const isOther =
    tables !== previous.tables ||
    !hasSameNames(basis.balancers, balancers) ||
    hasOtherZones(basis.resources, resources, changed)
  if (isOther) return zoneSnapshot(resources, health, previous, elsewhere)
  const documents = changedDocuments(basis.resources, resources, changed)
  const documentsOf = ({ zoneId }: ZoneDraft): DocumentChange[] =>
    zoneId === undefined ? [] : documents.filter(({ key }) => key.startsWith(recordSetPrefix(zoneId)))
  const drafts = basis.states.map(({ draft }) => draft)
  const { labelsMax } = previous
  const inputs = { tables, health, documentsOf, labelsMax }
  return assembled(drafts, { ...basis, resources, balancers }, inputs, previous, elsewhere)
}

function balancersOf(
  resources: Snapshot,
  health: ObservedHealth,
  before?: readonly NamedBalancer[],
): NamedBalancer[] {
  const settings = resources.get<TopologySettings>(topologySettingsKey)?.value
  return namedBalancers(resources, health, settings?.dns.ttlSeconds ?? balancerTtlSecondsDefault, before)
}

/** Where names begin and what they may lead to follows from these. */
function hasSameNames(before: readonly NamedBalancer[], now: readonly NamedBalancer[]): boolean {
  return before.length === now.length && now.every(({ key }, at) => before[at]?.key === key)
}

/** The settings are among the keys also when the store tells of everything there is, and can no longer say what is gone. */
function hasOtherZones(before: Snapshot, now: Snapshot, changed: ReadonlySet<string>): boolean {
  if (changed.has(topologySettingsKey)) return true
  for (const key of changed) {
    if (!key.startsWith(hostedZonePrefix) || isRecordSetKey(key)) continue
    const [was, is] = [before, now].map(of => of.get<HostedZoneDocument>(key)?.value.HostedZone)
    if (was?.Name !== is?.Name || was?.Id !== is?.Id) return true
  }
  return false
}

function changedDocuments(
  before: Snapshot,
  now: Snapshot,
  changed: ReadonlySet<string>,
): readonly DocumentChange[] {
  const changes: DocumentChange[] = []
  for (const key of changed) {
    if (!key.startsWith(hostedZonePrefix) || !isRecordSetKey(key)) continue
    const [was, is] = [before, now].map(of => of.get<RecordSetDocument>(key))
    if (was?.revision !== is?.revision) changes.push({ key, before: was, after: is })
  }
  return changes
}

interface AssemblyInputs {
  readonly tables: PlaceTables
  readonly health: ObservedHealth
  readonly labelsMax: number
  documentsOf(draft: ZoneDraft): readonly DocumentChange[]
}

/** Zones in the order of `drafts`, parents before their children. */
function assembled(
  drafts: readonly ZoneDraft[],
  before: Basis,
  { tables, health, labelsMax: labelsBefore, documentsOf }: AssemblyInputs,
  previous: ZoneSnapshot | undefined,
  { epochSeconds = 0 }: Elsewhere,
): ZoneSnapshot {
  const { resources } = before
  const balancers = new Map(before.balancers.map(balancer => [balancer.key, balancer]))
  const apexes = new Set(drafts.map(({ apex }) => apex))
  const nodes = new Map<NameKey, ZoneNode | undefined>()
  const groups = new Map<string, RoutedGroup | undefined>()
  const signers = new Map(before.signers)
  const states = drafts.map((draft, at): ZoneState => {
    const isOwn = (key: NameKey): boolean => closestApex(key, apexes) === draft.apex
    const made = nextZone(draft, before.states[at], {
      balancers,
      tables,
      health,
      documents: documentsOf(draft),
      isOwn,
      nodeAt: key => (isOwn(key) ? before.nodes : before.signers).get(key),
      signer: signers.get(draft.apex),
    })
    for (const [key, node] of made.nodes) {
      if (isOwn(key)) nodes.set(key, node)
      else if (node === undefined) signers.delete(key)
      else signers.set(key, node)
    }
    for (const [path, group] of made.groups) {
      const key = (group ?? before.states[at]?.routes.groups.get(path))?.key
      if (key !== undefined && isOwn(key)) groups.set(path, group)
    }
    return made.state
  })
  let labelsMax = labelsBefore
  for (const key of nodes.keys()) labelsMax = Math.max(labelsMax, labelCount(key))
  const basis = {
    resources,
    balancers: before.balancers,
    states,
    nodes: before.nodes.with(nodes),
    signers,
    groups: before.groups.with(groups),
  }
  const serials = {
    previous: previous?.zones ?? [],
    peers: peerZones(resources),
    revision: resources.revision,
    epochSeconds,
  }
  const zones = states.map(state => served(state, serials))
  return Object.freeze({
    nodes: basis.nodes,
    labelsMax,
    zones,
    serials: new Map(zones.map(zone => [nameKey(zone.name), zone.serial])),
    failover: failoverOf(states, basis.groups),
    problems: [...tables.problems, ...states.flatMap(problemsOf)],
    groups: basis.groups,
    tables,
    basis,
  })
}

function served(state: ZoneState, serials: Omit<SerialInputs, 'soaSerial'>): ServedZone {
  const { name } = state.draft
  const digest = state.digest.toString(16).padStart(32, '0')
  const serial = nextSerial(name, digest, { ...serials, soaSerial: state.authority.soaSerial })
  return { name, serial, digest, sets: () => usualSets(state) }
}

function failoverOf(
  states: readonly ZoneState[],
  groups: Lookup<string, RoutedGroup>,
): Record<string, FailoverAnswer> {
  const decided = states.flatMap(({ routes }) =>
    routes.moving.order.flatMap(path => {
      const group = groups.get(path)
      return group?.failover === undefined ? [] : [[`${group.name} ${group.type}`, group.failover] as const]
    }),
  )
  return Object.fromEntries(decided)
}

function problemsOf({ records, routes }: ZoneState): string[] {
  const byKey = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
    a[0] < b[0] ? -1 : 1
  return [
    ...[...records.misplaced].sort(byKey).map(([key, reason]) => `${key}: ${reason}`),
    ...[...routes.problems].sort(byKey).flatMap(([, problems]) => problems),
  ]
}

function peerZones(resources: Snapshot): PeerZone[] {
  return resources
    .list<DnsStatus>(dnsStatusPrefix)
    .flatMap(({ value }) => Object.entries(value.zones ?? {}).map(([name, zone]) => ({ name, ...zone })))
}
