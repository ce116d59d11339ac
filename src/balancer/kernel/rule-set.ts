import type { Family } from './family.ts'

/** The contents of one table, as they shall be. */
export interface RuleSet {
  readonly family: Family
  readonly table: string
  readonly counters: ReadonlySet<string>
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
  /** Key and value; a set's values are empty. */
  readonly elements: ReadonlyMap<string, string>
}

export interface Chain {
  /** Of a base chain: where packets enter it. Such chains are made once and never changed. */
  readonly hook?: string
  readonly rules: readonly string[]
}

/** What is known of the contents of a table that stands; undefined where it cannot be read back. */
export interface StandingRules {
  readonly counters: ReadonlySet<string>
  readonly timeouts: ReadonlyMap<string, string | undefined>
  readonly collections: ReadonlyMap<string, StandingCollection>
  readonly chains: ReadonlyMap<string, { readonly rules: readonly string[] | undefined }>
}

export interface StandingCollection {
  readonly kind: 'set' | 'map'
  readonly elements: ReadonlyMap<string, string> | undefined
}

/** A rule set in the making. */
export class RuleDraft implements RuleSet {
  readonly family: Family
  readonly table: string
  readonly counters = new Set<string>()
  readonly timeouts = new Map<string, string>()
  readonly collections = new Map<string, Collection & { readonly elements: Map<string, string> }>()
  readonly chains = new Map<string, Chain>()

  constructor(family: Family, table: string) {
    this.family = family
    this.table = table
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

  /** The statement that counts under this name. */
  counter(name: string): string {
    this.counters.add(name)
    return `counter name "${name}"`
  }
}
