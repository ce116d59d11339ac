import { types } from '../wire/codes.ts'
import { type NameKey, parentKey } from '../wire/name.ts'
import type { RoutedSet } from './routed-set.ts'
import { isBelowCut, lookedAt, type TreeNode, wildcardLabel, type ZoneTree } from './zone-tree.ts'

/** A set as it is now; undefined when it is gone. */
export interface SetChange {
  readonly key: NameKey
  readonly code: number
  readonly set: RoutedSet | undefined
}

export interface ChangedTree {
  readonly tree: ZoneTree
  /** Names that are there, are gone, or have other sets now, those beyond a cut among them. */
  readonly changed: ReadonlySet<NameKey>
}

/** Undefined when a cut comes or goes: names change sides then, and the tree is to be made anew. */
export function changedTree(tree: ZoneTree, changes: Iterable<SetChange>): ChangedTree | undefined {
  const { apex } = tree
  const nodes = new Map<NameKey, TreeNode | undefined>()
  const beyond = new Map<NameKey, TreeNode | undefined>()
  const children = new Map<NameKey, number | undefined>()
  const codes = new Set(tree.codes)
  const nodeAt = (key: NameKey): TreeNode | undefined =>
    nodes.has(key) ? nodes.get(key) : tree.nodes.get(key)
  const beyondAt = (key: NameKey): TreeNode | undefined =>
    beyond.has(key) ? beyond.get(key) : tree.beyond.get(key)
  const isCut = { has: (key: NameKey) => nodeAt(key)?.isCut === true }
  const count = (key: NameKey, difference: number): number => {
    const now = ((children.has(key) ? children.get(key) : tree.children.get(key)) ?? 0) + difference
    if (difference !== 0) children.set(key, now === 0 ? undefined : now)
    return now
  }
  /** And the names between it and the next that is there. */
  const begin = (key: NameKey): TreeNode => {
    const node: TreeNode = { key, sets: new Map(), isCut: false }
    nodes.set(key, node)
    const parent = parentKey(key)
    if (key === apex || parent === undefined) return node
    if (nodeAt(parent) === undefined) begin(parent)
    count(parent, 1)
    return node
  }
  /** And those above it that were there for its sake alone. */
  const endEmpty = (key: NameKey): void => {
    for (let at: NameKey | undefined = key; at !== undefined && at !== apex; at = parentKey(at)) {
      const node = nodeAt(at)
      if (node === undefined || node.sets.size > 0 || node.isCut || count(at, 0) > 0) return
      nodes.set(at, undefined)
      const parent = parentKey(at)
      if (parent !== undefined) count(parent, -1)
    }
  }
  for (const { key, code, set } of changes) {
    if (set !== undefined) codes.add(code)
    const isBeyond = isBelowCut(key, apex, isCut)
    const before = isBeyond ? beyondAt(key) : nodeAt(key)
    const hadSet = before?.sets.has(code) === true
    if (code === types.ns && key !== apex && hadSet !== (set !== undefined)) return undefined
    if (set === undefined && before === undefined) continue
    const node = before ?? (isBeyond ? { key, sets: new Map(), isCut: false } : begin(key))
    const sets = new Map(node.sets)
    if (set === undefined) sets.delete(code)
    else sets.set(code, set)
    const made = { ...node, sets }
    if (isBeyond) beyond.set(key, sets.size === 0 ? undefined : made)
    else {
      nodes.set(key, made)
      endEmpty(key)
    }
  }
  const followers = [...nodes].map(
    ([key, node]) => [key, node === undefined ? undefined : lookedAt(node)] as const,
  )
  const changed = new Set([...nodes.keys(), ...beyond.keys()])
  if (changed.size === 0) return { tree, changed }
  return {
    tree: {
      apex,
      nodes: tree.nodes.with(nodes),
      beyond: tree.beyond.with(beyond),
      children: tree.children.with(children),
      followers: tree.followers.with(followers),
      codes: codes.size === tree.codes.size ? tree.codes : codes,
    },
    changed,
  }
}

/** Names that may answer otherwise when `changed` did: those, and what follows them over any number of aliases. */
export function touchedNames(tree: ZoneTree, changed: ReadonlySet<NameKey>): ReadonlySet<NameKey> {
  const touched = new Set(changed)
  // A name that does not exist is answered by the closest one above it that does, or by the wildcard beside.
  const isTouched = (name: NameKey): boolean => {
    for (let at: NameKey | undefined = name; at !== undefined; at = parentKey(at)) {
      if (touched.has(at) || touched.has(wildcardLabel + at)) return true
      if (at === tree.apex) return false
    }
    return false
  }
  for (let found = changed.size; found > 0; ) {
    found = 0
    for (const [key, looked] of tree.followers.entries()) {
      if (touched.has(key) || !looked.some(isTouched)) continue
      touched.add(key)
      found++
    }
  }
  return touched
}
