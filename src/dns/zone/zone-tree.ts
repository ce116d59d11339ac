import { types } from '../wire/codes.ts'
import { isAtOrBelow, keyToName, type Name, type NameKey, parentKey } from '../wire/name.ts'
import type { RoutedSet } from './routed-set.ts'

/** One name of a zone and what lies there; nothing for an empty non-terminal, which exists all the same (RFC 8020). */
export interface TreeNode {
  readonly key: NameKey
  readonly name: Name
  readonly sets: ReadonlyMap<number, RoutedSet>
  /** NS below the apex: from here down another server has authority. */
  readonly isCut: boolean
}

/** Names of one zone that it has authority over or delegates, by key. `beyond`: names below a cut, which only serve as glue. */
export interface ZoneTree {
  readonly apex: NameKey
  readonly nodes: ReadonlyMap<NameKey, TreeNode>
  readonly beyond: ReadonlyMap<NameKey, TreeNode>
}

export const wildcardLabel = '\x01*'

/** `childApexes`: zones below this one that are served beside it; they are cuts whether delegated by NS or not. */
export function zoneTree(
  apex: NameKey,
  recordSets: readonly RoutedSet[],
  childApexes: readonly NameKey[] = [],
): ZoneTree {
  const sets = new Map<NameKey, Map<number, RoutedSet>>([[apex, new Map()]])
  for (const child of childApexes)
    for (const key of pathTo(child, apex)) if (!sets.has(key)) sets.set(key, new Map())
  for (const recordSet of recordSets) {
    for (const key of pathTo(recordSet.key, apex)) if (!sets.has(key)) sets.set(key, new Map())
    sets.get(recordSet.key)?.set(recordSet.code, recordSet)
  }
  const cuts = [...sets]
    .filter(([key, at]) => key !== apex && (at.has(types.ns) || childApexes.includes(key)))
    .map(([key]) => key)
  const [nodes, beyond] = [new Map<NameKey, TreeNode>(), new Map<NameKey, TreeNode>()]
  for (const [key, at] of sets) {
    const isBeyond = cuts.some(cut => cut !== key && isAtOrBelow(key, cut))
    const node = { key, name: keyToName(key), sets: at, isCut: !isBeyond && cuts.includes(key) }
    if (isBeyond) beyond.set(key, node)
    else nodes.set(key, node)
  }
  return { apex, nodes, beyond }
}

/** The name and those between it and the apex. */
function pathTo(key: NameKey, apex: NameKey): NameKey[] {
  const path: NameKey[] = []
  for (let at: NameKey | undefined = key; at !== undefined && at !== apex; at = parentKey(at)) path.push(at)
  return path
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
