import { formatMark } from './base-rules.ts'
import type { StandingCollection, StandingRules } from './rule-set.ts'

/**
 * What `nft -j list table` tells of a table that an earlier process of ours left; 'foreign' when it is not in this format. What it cannot tell
 * exactly, the rules of chains and joined networks, is undefined, and written anew. Throws on text that is not nft's.
 */
export function readStanding(text: string): StandingRules | 'foreign' {
  const found = {
    timeouts: new Map<string, undefined>(),
    collections: new Map<string, StandingCollection>(),
    chains: new Map<string, { readonly rules: undefined }>(),
  }
  for (const object of objectsOf(text)) {
    const [[kind, body] = ['', {}]] = Object.entries(object)
    const name = String(body.name)
    if (kind === 'ct timeout') found.timeouts.set(name, undefined)
    else if (kind === 'chain') found.chains.set(name, { rules: undefined })
    else if (kind === 'set' || kind === 'map')
      found.collections.set(name, { kind, elements: elementsOf(body) })
  }
  return found.chains.has(formatMark) ? found : 'foreign'
}

interface ListedObject {
  readonly name?: unknown
  readonly flags?: unknown
  readonly elem?: unknown
}

/** The objects of a listing or of any other answer of `nft -j`: each with one key, its kind. */
export function objectsOf(text: string): readonly Readonly<Record<string, ListedObject>>[] {
  const parsed: unknown = JSON.parse(text)
  const objects = isObject(parsed) ? parsed['nftables'] : undefined
  if (!Array.isArray(objects)) throw new Error('not a listing of nft')
  return objects.filter((entry): entry is Record<string, ListedObject> => isObject(entry))
}

function elementsOf({ elem, flags }: ListedObject): ReadonlyMap<string, string> | undefined {
  if (Array.isArray(flags) && (flags.includes('interval') || flags.includes('timeout'))) return undefined
  const elements = new Map<string, string>()
  for (const element of Array.isArray(elem) ? elem : []) {
    const told = toldOf(element)
    if (told !== undefined) {
      const { val, comment } = told
      elements.set(keyText(val), typeof comment === 'string' ? comment : '')
      continue
    }
    const [key, value] = Array.isArray(element) && element.length === 2 ? element : [element, '']
    elements.set(keyText(key), valueText(value))
  }
  return elements
}

/** Of an element that has more than its key: a comment, a counter. */
export function toldOf(element: unknown): Readonly<Record<string, unknown>> | undefined {
  const told = isObject(element) ? element['elem'] : undefined
  return isObject(told) ? told : undefined
}

/** An address, a number, or several with dots between: as our own rules write them. */
function keyText(key: unknown): string {
  const parts = isObject(key) ? key['concat'] : undefined
  if (Array.isArray(parts)) return parts.map(keyText).join(' . ')
  return typeof key === 'string' || typeof key === 'number' ? String(key) : JSON.stringify(key)
}

/** `goto chain`, `address . port`, or nothing. */
function valueText(value: unknown): string {
  if (isObject(value)) {
    for (const verdict of ['goto', 'jump'] as const) {
      const to = value[verdict]
      if (isObject(to)) return `${verdict} ${String(to['target'])}`
    }
    return keyText(value)
  }
  return ''
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
