import { countingSets } from './base-rules.ts'
import type { Chain, Collection, RuleSet, StandingCollection, StandingRules } from './rule-set.ts'

/**
 * The text that `nft -f` turns what stands into what is wanted with, all at once or not at all; empty when they are the same. Undefined
 * standing: there is no table of this name; 'foreign': there is one that another version of these rules made.
 *
 * Base chains are made once: a packet that passes an old one and a new one in the same moment would be translated by neither. What
 * changes afterwards are elements and regular chains, which no packet sees half of.
 */
export function transaction(standing: StandingRules | 'foreign' | undefined, wanted: RuleSet): string {
  const { family, table } = wanted
  const at = `${family.name} ${table}`
  const lines: string[] = []
  if (standing === 'foreign') lines.push(`delete table ${at}`)
  const before: StandingRules = standing === undefined || standing === 'foreign' ? nothing : standing
  if (before === nothing) lines.push(`add table ${at}`)

  for (const [name, body] of wanted.timeouts)
    if (!before.timeouts.has(name)) lines.push(`add ct timeout ${at} ${name} { ${body} }`)
  // Chains first: elements and rules of others name them.
  for (const [name, chain] of wanted.chains)
    if (chain.hook === undefined && !before.chains.has(name)) lines.push(`add chain ${at} ${name}`)
  for (const [name, { kind, declaration }] of wanted.collections)
    if (!before.collections.has(name)) lines.push(`add ${kind} ${at} ${name} { ${declaration} }`)
  for (const [name, collection] of wanted.collections)
    lines.push(...elementChanges(at, name, collection, before.collections.get(name)))
  for (const [name, chain] of wanted.chains)
    lines.push(...chainChanges(at, name, chain, before.chains.get(name)))

  const goneChains = [...missing(before.chains.keys(), wanted.chains)]
  for (const name of goneChains) lines.push(`flush chain ${at} ${name}`)
  for (const name of missing(before.collections.keys(), wanted.collections)) {
    const kind = before.collections.get(name)?.kind ?? 'set'
    // Its elements name chains that go with it.
    lines.push(`flush ${kind} ${at} ${name}`, `delete ${kind} ${at} ${name}`)
  }
  for (const name of goneChains) lines.push(`delete chain ${at} ${name}`)
  for (const name of missing(before.timeouts.keys(), wanted.timeouts))
    lines.push(`delete ct timeout ${at} ${name}`)
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** Removes the table whether or not it is there. */
export function removal(family: string, table: string): string {
  return `add table ${family} ${table}\ndelete table ${family} ${table}\n`
}

const nothing: StandingRules = {
  timeouts: new Map(),
  collections: new Map(),
  chains: new Map(),
}

function* missing(names: Iterable<string>, from: { has(name: string): boolean }): Iterable<string> {
  for (const name of names) if (!from.has(name)) yield name
}

function elementChanges(
  at: string,
  name: string,
  { kind, elements: wanted, filledBy }: Collection,
  before: StandingCollection | undefined,
): string[] {
  if (filledBy === 'packets') return []
  const isUnknown = before !== undefined && before.elements === undefined
  const known = before?.elements ?? new Map<string, string>()
  const gone = [...known].filter(([key, value]) => wanted.get(key) !== value).map(([key]) => key)
  const added = [...wanted].filter(([key, value]) => known.get(key) !== value)
  if (!isUnknown && gone.length + added.length === 0) return []
  // The kernel joins networks that touch, so single ones cannot be taken out again. Beyond half, all anew is less to say.
  const isAnew =
    isUnknown ||
    (filledBy === 'networks' && gone.length > 0) ||
    // What an element has counted goes with it.
    (gone.length * 2 > known.size && !countingSets.includes(name))
  if (!isAnew)
    return [
      ...(gone.length === 0 ? [] : [`delete element ${at} ${name} { ${gone.join(', ')} }`]),
      ...addition(at, name, kind, added),
    ]
  return [`flush ${kind} ${at} ${name}`, ...addition(at, name, kind, [...wanted])]
}

function addition(
  at: string,
  name: string,
  kind: Collection['kind'],
  elements: readonly (readonly [string, string])[],
): string[] {
  if (elements.length === 0) return []
  const texts = elements.map(([key, value]) => {
    if (kind === 'map') return `${key} : ${value}`
    return value === '' ? key : `${key} comment "${value}"`
  })
  return [`add element ${at} ${name} { ${texts.join(', ')} }`]
}

function chainChanges(
  at: string,
  name: string,
  { hook, rules }: Chain,
  before: { readonly rules: readonly string[] | undefined } | undefined,
): string[] {
  const texts = rules.map(rule => `add rule ${at} ${name} ${rule}`)
  if (before === undefined)
    return hook === undefined ? texts : [`add chain ${at} ${name} { ${hook} }`, ...texts]
  if (hook !== undefined || isSame(before.rules, rules)) return []
  return [`flush chain ${at} ${name}`, ...texts]
}

function isSame(some: readonly string[] | undefined, others: readonly string[]): boolean {
  return some?.length === others.length && some.every((rule, i) => rule === others[i])
}
