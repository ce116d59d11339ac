import { SharedMap } from '../../base/shared-map.ts'
import { leavesOf } from '../routing/decision.ts'
import { types } from '../wire/codes.ts'
import { type NameKey, nameKey, parentKey } from '../wire/name.ts'
import type { RoutedSet } from './routed-set.ts'

/** One name of a zone and what lies there; nothing for an empty non-terminal, which exists all the same (RFC 8020). */
export interface TreeNode {
  readonly key: NameKey
  readonly sets: ReadonlyMap<number, RoutedSet>
  /** NS below the apex: from here down another server has authority. */
  readonly isCut: boolean
}

/** Names of one zone that it has authority over or delegates, by key. `beyond`: names below a cut, which only serve as glue. */
export interface ZoneTree {
  readonly apex: NameKey
  readonly nodes: SharedMap<NameKey, TreeNode>
  readonly beyond: SharedMap<NameKey, TreeNode>
  /** How many nodes lie directly below a name, where there are any. */
  readonly children: SharedMap<NameKey, number>
  /** Names whose answers follow other names, with those that they look at: aliases (CNAME) and cuts. */
  readonly followers: SharedMap<NameKey, readonly NameKey[]>
  /** Every type that some name has, or had. */
  readonly codes: ReadonlySet<number>
}

export const wildcardLabel = '\x01*'

/** `childApexes`: zones below this one that are served beside it; they are cuts whether delegated by NS or not. */
export function zoneTree(
  apex: NameKey,
  recordSets: Iterable<RoutedSet>,
  childApexes: readonly NameKey[] = [],
): ZoneTree {
  const sets = new Map<NameKey, Map<number, RoutedSet>>([[apex, new Map()]])
  const cuts = new Set(childApexes)
  const codes = new Set<number>()
  for (const child of childApexes) setsAt(sets, child)
  for (const recordSet of recordSets) {
    const { key, code } = recordSet
    setsAt(sets, key).set(code, recordSet)
    codes.add(code)
    if (code === types.ns && key !== apex) cuts.add(key)
  }
  const [nodes, beyond] = [new Map<NameKey, TreeNode>(), new Map<NameKey, TreeNode>()]
  const children = new Map<NameKey, number>()
  const followers = new Map<NameKey, readonly NameKey[]>()
  for (const [key, at] of sets) {
    const isBeyond = cuts.size > 0 && isBelowCut(key, apex, cuts)
    const node = { key, sets: at, isCut: !isBeyond && cuts.has(key) }
    if (isBeyond) {
      beyond.set(key, node)
      continue
    }
    nodes.set(key, node)
    const parent = parentKey(key)
    if (key !== apex && parent !== undefined) children.set(parent, (children.get(parent) ?? 0) + 1)
    const looked = lookedAt(node)
    if (looked !== undefined) followers.set(key, looked)
  }
  return {
    apex,
    nodes: SharedMap.empty<NameKey, TreeNode>().with(nodes),
    beyond: SharedMap.empty<NameKey, TreeNode>().with(beyond),
    children: SharedMap.empty<NameKey, number>().with(children),
    followers: SharedMap.empty<NameKey, readonly NameKey[]>().with(followers),
    codes,
  }
}

/** Of a name, which is there from now on, as are all those between it and the apex. */
function setsAt(sets: Map<NameKey, Map<number, RoutedSet>>, key: NameKey): Map<number, RoutedSet> {
  const own = sets.get(key)
  if (own !== undefined) return own
  const made = new Map<number, RoutedSet>()
  sets.set(key, made)
  for (let at = parentKey(key); at !== undefined && !sets.has(at); at = parentKey(at)) sets.set(at, new Map())
  return made
}

export function isBelowCut(key: NameKey, apex: NameKey, cuts: Pick<ReadonlySet<NameKey>, 'has'>): boolean {
  for (let at = parentKey(key); at !== undefined && at !== apex; at = parentKey(at))
    if (cuts.has(at)) return true
  return false
}

/** Undefined for a name that answers by itself. */
export function lookedAt({ sets, isCut }: TreeNode): NameKey[] | undefined {
  const set = sets.get(isCut ? types.ns : types.cname)
  if (set === undefined) return isCut ? [] : undefined
  return leavesOf(set.decision).flatMap(({ data }) =>
    data.flatMap(one => {
      if (one.type === 'NS') return nameKey(one.nameServer)
      return one.type === 'CNAME' ? nameKey(one.target) : []
    }),
  )
}

export interface Found {
  readonly node: TreeNode
  /** 'exact', 'wildcard' (RFC 4592), 'cut': at or below a delegation. */
  readonly how: 'exact' | 'wildcard' | 'cut'
}

/** Undefined when the name does not exist in the zone. */
export function findInTree(tree: ZoneTree, key: NameKey): Found | undefined {
  for (let at: NameKey | undefined = key; at !== undefined; at = parentKey(at)) {
    const node = tree.nodes.get(at)
    if (node === undefined) continue
    if (node.isCut) return { node, how: 'cut' }
    if (at === key) return { node, how: 'exact' }
    // The closest encloser decides alone: a wildcard further up does not reach past it.
    const wildcard = tree.nodes.get(wildcardLabel + at)
    return wildcard === undefined ? undefined : { node: wildcard, how: 'wildcard' }
  }
  return undefined
}
