import { nameHash } from '../selection/flow-hash.ts'
import type { Family } from './family.ts'

/** The contents of one table, as they shall be. */
export interface RuleSet {
  readonly family: Family
  readonly table: string
  /** `ct timeout` objects: their names and what stands between the braces. */
  readonly timeouts: ReadonlyMap<string, string>
  readonly collections: ReadonlyMap<string, Collection>
  readonly chains: ReadonlyMap<string, Chain>
}

/** A set or a map. */
export interface Collection {
  readonly kind: 'set' | 'map'
  /** Its type and flags; the same for all collections of its name, whatever they hold. */
  readonly declaration: string
  /** 'ours': we say what is in it. 'networks': the same, of prefixes, which the kernel merges. 'packets': rules put it in. */
  readonly filledBy: 'ours' | 'networks' | 'packets'
  /** Key and value; a set's value is a comment, or empty. */
  readonly elements: ReadonlyMap<string, string>
}

export interface Chain {
  /** Of a base chain: where packets enter it. Such chains are made once and never changed. */
  readonly hook?: string
  readonly rules: readonly string[]
}

/** What is known of the contents of a table that stands; undefined where it cannot be read back. */
export interface StandingRules {
  readonly timeouts: ReadonlyMap<string, string | undefined>
  readonly collections: ReadonlyMap<string, StandingCollection>
  readonly chains: ReadonlyMap<string, { readonly rules: readonly string[] | undefined }>
}

export interface StandingCollection {
  readonly kind: 'set' | 'map'
  readonly elements: ReadonlyMap<string, string> | undefined
}

/** Of keys that are numbers; the size that stands in it matters to nobody. */
export const numberType = 'typeof numgen inc mod 65537'

/** The set of what rules count that no address has a counter for. */
export const countsName = 'counts'

/** A rule set in the making. */
export class RuleDraft implements RuleSet {
  readonly family: Family
  readonly table: string
  readonly timeouts = new Map<string, string>()
  readonly collections = new Map<string, Collection & { readonly elements: Map<string, string> }>()
  readonly chains = new Map<string, Chain>()

  constructor(family: Family, table: string) {
    this.family = family
    this.table = table
    this.collection(countsName, 'set', `${numberType}; counter;`)
  }

  collection(
    name: string,
    kind: Collection['kind'],
    declaration: string,
    filledBy: Collection['filledBy'] = 'ours',
  ): void {
    this.collections.set(name, { kind, declaration, filledBy, elements: new Map() })
  }

  /** Into a collection that has been declared. */
  element(collection: string, key: string, value = ''): void {
    const found = this.collections.get(collection)
    if (found === undefined) throw new Error(`no collection ${collection}`)
    found.elements.set(key, value)
  }

  chain(name: string, rules: readonly string[], hook?: string): void {
    this.chains.set(name, hook === undefined ? { rules } : { rules, hook })
  }

  /**
   * What counts under this name, where it stands in a rule: a look at a number, always the same, in a set whose elements count. Counters of their own kind
   * would say it shorter, but `nft` (1.0.6) lists those only after it has read all elements of all maps, a tenth of a second for two groups, and elements of one set at once.
   */
  counter(name: string): string {
    const counts = this.collections.get(countsName)?.elements ?? new Map<string, string>()
    let number = nameHash(name, 0) >>> 1
    while ((counts.get(String(number)) ?? name) !== name) number++
    this.element(countsName, String(number), name)
    return `numgen inc mod 1 offset ${number} @${countsName}`
  }
}
