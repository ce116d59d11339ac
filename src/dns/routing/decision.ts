import { mixed } from './draw.ts'
import { addressOf, isSubnetGiven } from './network-address.ts'
import { matchNetwork, type NetworkTable } from './network-table.ts'
import type { Source } from './source.ts'

/**
 * What is answered at one name and type, with everything decided that can be before the query comes: health is folded in, so that a
 * failover decision is a leaf, and only what depends on the client or on the lot is a fork. A query walks down it.
 */
export type Decision<Leaf> =
  | { readonly kind: 'leaf'; readonly leaf: Leaf }
  | { readonly kind: 'nothing' }
  | Fork<Leaf>

export interface Fork<Leaf> {
  readonly kind: 'fork'
  readonly choice: Choice
  readonly branches: readonly Decision<Leaf>[]
  /** Whoever asks is given something. */
  readonly isTotal: boolean
}

/** How a query finds its branch. Branches are tried in an order, the first that has something to give is taken. */
export type Choice =
  /** The same order for everyone. */
  | { readonly kind: 'order'; readonly order: readonly number[] }
  /** By lot in the first tier; what has nothing to give is followed by the next in its tier, then by the next tiers. */
  | { readonly kind: 'weighted'; readonly tiers: readonly Tier[]; readonly salt: number }
  | { readonly kind: 'turn'; readonly salt: number }
  /** By where the client is. */
  | ByPlace

export interface ByPlace {
  readonly kind: 'place'
  readonly table: NetworkTable<unknown>
  /** Pure. From the rows of the table that hold the client, the longest network first. */
  readonly orderOf: (rows: readonly number[]) => readonly number[]
  /** Differs whenever `orderOf` may say something else. */
  readonly signature: string
  /** What `orderOf` said, by the longest row; filled as places come up. */
  readonly orders: Map<number, readonly number[]>
}

export interface Tier {
  readonly branches: readonly number[]
  /** Sums of the weights up to and with each branch. */
  readonly sums: readonly number[]
}

/** One query on its way down. `scopeBits` grows with every look at the source. */
export interface Walk {
  readonly source: Source
  readonly turn: number
  scopeBits: number
}

export const nothing = { kind: 'nothing' } as const

export function leafOf<Leaf>(leaf: Leaf): Decision<Leaf> {
  return { kind: 'leaf', leaf }
}

/** Folds what is the same for everyone. */
export function forkOf<Leaf>(choice: Choice, branches: readonly Decision<Leaf>[]): Decision<Leaf> {
  if (branches.every(branch => branch.kind === 'nothing')) return nothing
  if (choice.kind === 'order') return ordered(choice.order, branches)
  if (choice.kind === 'weighted') {
    const [first] = choice.tiers
    const alone = first?.branches.length === 1 ? branches[first.branches[0] ?? -1] : undefined
    if (alone !== undefined && isTotal(alone)) return alone
  }
  if (choice.kind === 'turn' && branches.length === 1) return branches[0] ?? nothing
  return { kind: 'fork', choice, branches, isTotal: isForkTotal(choice, branches) }
}

function ordered<Leaf>(order: readonly number[], branches: readonly Decision<Leaf>[]): Decision<Leaf> {
  const tried = order.filter(index => branches[index]?.kind !== 'nothing')
  const first = branches[tried[0] ?? -1]
  if (first === undefined) return nothing
  if (tried.length === 1 || isTotal(first)) return first
  const choice: Choice = { kind: 'order', order: tried }
  return { kind: 'fork', choice, branches, isTotal: isForkTotal(choice, branches) }
}

function isForkTotal(choice: Choice, branches: readonly Decision<unknown>[]): boolean {
  const isTotalAt = (index: number): boolean => isTotal(branches[index] ?? nothing)
  switch (choice.kind) {
    case 'order':
      return choice.order.some(isTotalAt)
    case 'weighted':
      return choice.tiers.some(tier => tier.branches.some(isTotalAt))
    case 'turn':
      return branches.every(isTotal)
    case 'place':
      // Places that no table tells of get what everybody gets: the default. Whoever is in a table gets that too, at the least.
      return choice.orderOf([]).some(isTotalAt)
  }
}

export function isTotal(decision: Decision<unknown>): boolean {
  return decision.kind === 'leaf' || (decision.kind === 'fork' && decision.isTotal)
}

/** Undefined when there is nothing for this client. */
export function follow<Leaf>(decision: Decision<Leaf>, walk: Walk): Leaf | undefined {
  if (decision.kind === 'leaf') return decision.leaf
  if (decision.kind === 'nothing') return undefined
  return followFork(decision, walk)?.leaf
}

export interface Followed<Leaf> {
  readonly branch: number
  readonly leaf: Leaf
}

export function followFork<Leaf>(
  { choice, branches }: Pick<Fork<Leaf>, 'choice' | 'branches'>,
  walk: Walk,
): Followed<Leaf> | undefined {
  switch (choice.kind) {
    case 'order':
      return firstOf(choice.order, branches, walk)
    case 'place':
      return firstOf(orderOfPlace(choice, walk), branches, walk)
    case 'turn':
      return firstOf([mixed(walk.turn, choice.salt) % branches.length], branches, walk)
    case 'weighted':
      for (const tier of choice.tiers) {
        const found = firstOf(drawnOrder(tier, mixed(walk.turn, choice.salt)), branches, walk)
        if (found !== undefined) return found
      }
      return undefined
  }
}

function firstOf<Leaf>(
  order: readonly number[],
  branches: readonly Decision<Leaf>[],
  walk: Walk,
): Followed<Leaf> | undefined {
  for (const branch of order) {
    const leaf = follow(branches[branch] ?? nothing, walk)
    if (leaf !== undefined) return { branch, leaf }
  }
  return undefined
}

/** From the one that was drawn, round the tier. */
function drawnOrder({ branches, sums }: Tier, draw: number): readonly number[] {
  const point = (draw / 0x1_0000_0000) * (sums.at(-1) ?? 0)
  const drawn = sums.findIndex(sum => point < sum)
  return drawn <= 0 ? branches : [...branches.slice(drawn), ...branches.slice(0, drawn)]
}

function orderOfPlace({ table, orderOf, orders }: ByPlace, walk: Walk): readonly number[] {
  const address = addressOf(walk.source)
  if (address === undefined) return orderOf([])
  const { rows, scopeBits } = matchNetwork(table, address)
  if (isSubnetGiven(walk.source)) walk.scopeBits = Math.max(walk.scopeBits, scopeBits)
  // The longest network's row stands for all that hold it.
  const [row = -1] = rows
  let order = orders.get(row)
  if (order === undefined) {
    order = orderOf(rows)
    orders.set(row, order)
  }
  return order
}

/** What is given to one of whom nothing is known and whose lot is the commonest: for a copy of the zone that cannot choose. */
export function usualLeaf<Leaf>(decision: Decision<Leaf>): Leaf | undefined {
  if (decision.kind === 'leaf') return decision.leaf
  if (decision.kind === 'nothing') return undefined
  for (const branch of [...usualOrder(decision.choice), ...decision.branches.keys()]) {
    const leaf = usualLeaf(decision.branches[branch] ?? nothing)
    if (leaf !== undefined) return leaf
  }
  return undefined
}

function usualOrder(choice: Choice): readonly number[] {
  switch (choice.kind) {
    case 'order':
      return choice.order
    case 'place':
      return choice.orderOf([])
    case 'turn':
      return []
    case 'weighted':
      return choice.tiers.flatMap(({ branches, sums }) => {
        const weight = (at: number): number => (sums[at] ?? 0) - (sums[at - 1] ?? 0)
        return [...branches.keys()].sort((a, b) => weight(b) - weight(a)).map(at => branches[at] ?? -1)
      })
  }
}

/** The same tree with other leaves; what is shared in it stays shared. */
export function mapLeaves<A, B>(decision: Decision<A>, map: (leaf: A) => B): Decision<B> {
  const mapped = new Map<Decision<A>, Decision<B>>()
  const visit = (one: Decision<A>): Decision<B> => {
    if (one.kind === 'nothing') return nothing
    const before = mapped.get(one)
    if (before !== undefined) return before
    const made =
      one.kind === 'leaf'
        ? leafOf(map(one.leaf))
        : { ...one, branches: one.branches.map(branch => visit(branch)) }
    mapped.set(one, made)
    return made
  }
  return visit(decision)
}

/** Everything that may be given, each once. */
export function leavesOf<Leaf>(decision: Decision<Leaf>): Leaf[] {
  const leaves = new Set<Leaf>()
  mapLeaves(decision, leaf => leaves.add(leaf))
  return [...leaves]
}
