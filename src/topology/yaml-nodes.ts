import { type Document, isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Span } from './yaml-source.ts'

/** A YAML node as the validator sees it: aliases followed, styles and comments gone. */
export type NodeView = { readonly span: Span | undefined } & (
  | { readonly kind: 'mapping'; readonly entries: readonly Entry[] }
  | { readonly kind: 'list'; readonly items: readonly unknown[] }
  | { readonly kind: 'scalar'; readonly value: unknown; readonly source: string }
  | { readonly kind: 'nothing' }
)

export interface Entry {
  /** Undefined when the key is no plain word. */
  readonly key: string | undefined
  readonly keySpan: Span | undefined
  readonly value: unknown
}

export function viewNode(document: Document, node: unknown): NodeView {
  const span = spanOf(node)
  // An alias stands for one node and is followed once: an anchor never holds an alias itself. Nesting of aliases is bounded by the schema's depth.
  const target = isAlias(node) ? node.resolve(document) : node
  if (isMap(target)) return { kind: 'mapping', span, entries: target.items.map(entryOf) }
  if (isSeq(target)) return { kind: 'list', span, items: target.items }
  if (isScalar(target) && target.value !== null)
    return { kind: 'scalar', span, value: target.value, source: target.source ?? '' }
  return { kind: 'nothing', span }
}

function entryOf(pair: { readonly key: unknown; readonly value: unknown }): Entry {
  const key = isScalar(pair.key) ? (pair.key.source ?? '') : undefined
  return { key, keySpan: spanOf(pair.key), value: pair.value }
}

/** Characters that a node takes; undefined for what is not written in the file. */
function spanOf(node: unknown): Span | undefined {
  if (!(isScalar(node) || isAlias(node) || isMap(node) || isSeq(node))) return undefined
  const range = node.range
  return range === null || range === undefined ? undefined : { start: range[0], end: range[1] }
}
