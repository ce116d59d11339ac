import { SharedMap } from '../../base/shared-map.ts'
import { types } from '../wire/codes.ts'
import type { NameKey } from '../wire/name.ts'
import { codecOfCode } from '../wire/records/table.ts'
import type { NamedBalancer } from './balancer-names.ts'
import { type ChangedTree, changedTree, type SetChange } from './changed-tree.ts'
import { changedNodes, type ZoneDenial, zoneDenial } from './compile-zone.ts'
import type { RoutingInputs } from './decide-group.ts'
import { type DocumentChange, noRecordGroups, type RecordGroups, withDocuments } from './record-groups.ts'
import type { RecordSet } from './record-set.ts'
import { nextRoutes, noRoutedGroups, type RoutedGroups } from './route-groups.ts'
import { groupKey } from './route-records.ts'
import type { RoutedGroup } from './routed-group.ts'
import { fixedSet, type RoutedSet, routedSetOf, usualSet } from './routed-set.ts'
import { digestWith } from './served-zone.ts'
import { authoritySet, type ZoneAuthority, zoneAuthority } from './zone-authority.ts'
import type { ZoneDraft } from './zone-drafts.ts'
import type { ZoneNode } from './zone-node.ts'
import { type ZoneTree, zoneTree } from './zone-tree.ts'

/** What one zone was made of, from which the next is: each step does again what its inputs changed, and shares the rest. */
export interface ZoneState {
  readonly draft: ZoneDraft
  readonly records: RecordGroups
  readonly routes: RoutedGroups
  /** What is answered, by name and type: decided groups, and under keys of their own the names of load balancers, which go before. */
  readonly sets: SharedMap<string, RoutedSet>
  readonly balancerSets: ReadonlyMap<string, RoutedSet>
  readonly digest: bigint
  readonly authority: ZoneAuthority
  readonly denial: ZoneDenial
  readonly tree: ZoneTree
  readonly signer: ZoneNode | undefined
}

export interface ZoneInputs extends Omit<RoutingInputs, 'balancers' | 'problem'> {
  readonly balancers: ReadonlyMap<NameKey, NamedBalancer>
  readonly documents: Iterable<DocumentChange>
  /** Whether a name is this zone's and not that of a zone below. */
  isOwn(key: NameKey): boolean
  /** The zone's nodes until now. */
  nodeAt(key: NameKey): ZoneNode | undefined
  /** The parent's side of the apex. */
  readonly signer: ZoneNode | undefined
}

export interface ChangedZone {
  readonly state: ZoneState
  readonly nodes: ReadonlyMap<NameKey, ZoneNode | undefined>
  readonly groups: ReadonlyMap<string, RoutedGroup | undefined>
}

/** `before`: undefined for a zone that is to be made from nothing; then `documents` are all there are. */
export function nextZone(draft: ZoneDraft, before: ZoneState | undefined, inputs: ZoneInputs): ChangedZone {
  const records = withDocuments(before?.records ?? noRecordGroups, inputs.documents, draft, inputs.isOwn)
  const routes = nextRoutes(before?.routes ?? noRoutedGroups, records, {
    ...inputs,
    problem: () => undefined,
  })
  const balancerSets = setsOfBalancers(inputs)
  const written = changedSets(before, routes.written, balancerSets)
  const sets = (before?.sets ?? SharedMap.empty<string, RoutedSet>()).with(written)
  const shared = { draft, records, routes, sets, balancerSets, signer: inputs.signer }
  const isSignerOther = before !== undefined && before.signer !== inputs.signer
  if (before !== undefined && written.size === 0 && !isSignerOther) {
    const { digest, authority, denial, tree } = before
    return {
      state: { ...shared, digest, authority, denial, tree },
      nodes: new Map(),
      groups: routes.written,
    }
  }
  let digest = before?.digest ?? 0n
  for (const [key, set] of written) digest = digestWith(digest, before?.sets.get(key), set)
  const soaKey = groupKey(draft.apex, 'SOA')
  const isSoaOther = before === undefined || written.has(soaKey)
  const authority = isSoaOther ? zoneAuthority(draft, sets.get(soaKey)) : before.authority
  const denial = isSoaOther ? zoneDenial(draft.apex, authority.soa) : before.denial
  const at = (key: NameKey, code: number): RoutedSet | undefined => answeredSet(shared, authority, key, code)
  const { tree, changed } = nextTree(before, shared, written, at)
  const nodes = changedNodes({
    tree,
    denial,
    changed: isSoaOther ? allNames(tree, before?.tree) : changed,
    before: inputs.nodeAt,
    signer: inputs.signer,
    isSignerOther,
  })
  return { state: { ...shared, digest, authority, denial, tree }, nodes, groups: routes.written }
}

/** As a copy that cannot choose has it. */
export function usualSets({ sets }: ZoneState): RecordSet[] {
  return [...sets.entries()].flatMap(([, set]) => usualSet(set) ?? [])
}

const balancerPrefix = 'balancer '

function setsOfBalancers({ balancers, isOwn }: ZoneInputs): ReadonlyMap<string, RoutedSet> {
  const sets = new Map<string, RoutedSet>()
  for (const { addresses, zonal } of balancers.values())
    for (const set of [...addresses, ...zonal])
      if (isOwn(set.key)) sets.set(`${balancerPrefix}${set.code} ${set.key}`, fixedSet(set))
  return sets
}

function changedSets(
  before: ZoneState | undefined,
  groups: ReadonlyMap<string, RoutedGroup | undefined>,
  balancerSets: ReadonlyMap<string, RoutedSet>,
): ReadonlyMap<string, RoutedSet | undefined> {
  const written = new Map<string, RoutedSet | undefined>()
  const write = (key: string, set: RoutedSet | undefined): void => {
    if (before?.sets.get(key)?.decision !== set?.decision) written.set(key, set)
  }
  for (const [key, group] of groups) write(key, group === undefined ? undefined : routedSetOf(group))
  for (const [key, set] of balancerSets) write(key, set)
  for (const key of before?.balancerSets.keys() ?? []) if (!balancerSets.has(key)) write(key, undefined)
  return written
}

type AnsweredSet = (key: NameKey, code: number) => RoutedSet | undefined

function nextTree(
  before: ZoneState | undefined,
  { draft, sets }: Pick<ZoneState, 'draft' | 'sets'>,
  written: ReadonlyMap<string, RoutedSet | undefined>,
  at: AnsweredSet,
): ChangedTree {
  const changes = [...written].flatMap(([path, set]): SetChange[] => {
    const place = set ?? before?.sets.get(path)
    return place === undefined ? [] : [{ key: place.key, code: place.code, set: at(place.key, place.code) }]
  })
  const changed = before === undefined ? undefined : changedTree(before.tree, changes)
  if (changed !== undefined) return changed
  const { apex, childApexes } = draft
  const answered = [...sets.entries()].map(([, { key, code }]) => at(key, code))
  const authority = [at(apex, types.soa), at(apex, types.ns)]
  const all = [...answered, ...authority].filter(set => set !== undefined)
  const tree = zoneTree(apex, all, childApexes)
  return { tree, changed: allNames(tree, before?.tree) }
}

/** Of a zone, and those that it had. */
function allNames(tree: ZoneTree, before: ZoneTree | undefined): ReadonlySet<NameKey> {
  const names = new Set<NameKey>()
  for (const [key] of tree.nodes.entries()) names.add(key)
  for (const [key] of before?.nodes.entries() ?? []) names.add(key)
  return names
}

/** What is answered at one name and type. */
function answeredSet(
  { draft, sets }: Pick<ZoneState, 'draft' | 'sets'>,
  authority: ZoneAuthority,
  key: NameKey,
  code: number,
): RoutedSet | undefined {
  const own = sets.get(`${balancerPrefix}${code} ${key}`) ?? sets.get(groupKey(key, codecOfCode(code).type))
  return (key === draft.apex ? authoritySet(authority, code, own !== undefined) : undefined) ?? own
}
