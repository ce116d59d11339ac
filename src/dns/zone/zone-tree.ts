import { types } from '../wire/codes.ts'
import { type NameKey, parentKey } from '../wire/name.ts'
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
  readonly nodes: ReadonlyMap<NameKey, TreeNode>
  readonly beyond: ReadonlyMap<NameKey, TreeNode>
  /** Every type that some name has. */
  readonly codes: ReadonlySet<number>
}

export const wildcardLabel = '\x01*'

/** `childApexes`: zones below this one that are served beside it; they are cuts whether delegated by NS or not. */
export function zoneTree(
  apex: NameKey,
  recordSets: readonly RoutedSet[],
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
  for (const [key, at] of sets) {
    const isBeyond = cuts.size > 0 && isBelowCut(key, apex, cuts)
    const node = { key, sets: at, isCut: !isBeyond && cuts.has(key) }
    if (isBeyond) beyond.set(key, node)
    else nodes.set(key, node)
  }
  return { apex, nodes, beyond, codes }
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

function isBelowCut(key: NameKey, apex: NameKey, cuts: ReadonlySet<NameKey>): boolean {
  for (let at = parentKey(key); at !== undefined && at !== apex; at = parentKey(at))
    if (cuts.has(at)) return true
  return false
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
