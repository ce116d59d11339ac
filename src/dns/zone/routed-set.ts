import { createHash } from 'node:crypto'
import { type Choice, type Decision, leafOf, usualLeaf } from '../routing/decision.ts'
import type { Name } from '../wire/name.ts'
import { formatRecordValue } from '../wire/records/record-value.ts'
import { codecOfCode, codecOfType } from '../wire/records/table.ts'
import type { RecordSet } from './record-set.ts'
import type { Given, RoutedGroup } from './routed-group.ts'

/** All that may be answered at one name and type. */
export interface RoutedSet extends Pick<RecordSet, 'code' | 'key' | 'name'> {
  readonly decision: Decision<Given>
}

export function routedSetOf({ name, key, type, decision }: RoutedGroup): RoutedSet {
  return { name, key, code: codecOfType(type).code, decision }
}

/** The same decision for the same set: what is compared by it is not made anew. */
export function fixedSet(set: RecordSet): RoutedSet {
  return { name: set.name, key: set.key, code: set.code, decision: leafOfSet(set) }
}

const leaves = new WeakMap<RecordSet, Decision<Given>>()

export function leafOfSet(set: RecordSet): Decision<Given> {
  const before = leaves.get(set)
  if (before !== undefined) return before
  const made = leafOf<Given>(set)
  leaves.set(set, made)
  return made
}

/** As one who cannot choose gives it, in a copy of the zone for example; undefined when there is nothing. */
export function usualSet({ name, key, code, decision }: RoutedSet): RecordSet | undefined {
  const given = usualLeaf(decision)
  return given === undefined ? undefined : { name, key, code, ttlSeconds: given.ttlSeconds, data: given.data }
}

/** A number of 128 bits: two sets that answer alike have the same, and only these. */
export function contentHash(set: RoutedSet): bigint {
  const { name, code, decision } = set
  const before = contents.get(decision)
  if (before?.name === name && before.code === code) return before.hash
  const content = `${name} ${contentOfDecision(code, decision, new Map())}`
  const hash = BigInt(`0x${createHash('sha256').update(content).digest('hex').slice(0, 32)}`)
  contents.set(decision, { name, code, hash })
  return hash
}

/** Most decisions are the same ones from switch to switch. */
const contents = new WeakMap<
  Decision<Given>,
  { readonly name: Name; readonly code: number; readonly hash: bigint }
>()

/** Groups that several aliases lead to are written once; so the text is no longer than the zone. */
function contentOfDecision(code: number, decision: Decision<Given>, written: Map<object, number>): string {
  const { type } = codecOfCode(code)
  if (decision.kind === 'nothing') return `${type} nothing`
  const before = written.get(decision)
  if (before !== undefined) return `${type} #${before}`
  written.set(decision, written.size)
  if (decision.kind === 'leaf') {
    const { ttlSeconds, data } = decision.leaf
    return `${ttlSeconds} ${type} ${data.map(one => formatRecordValue(one)).join(' | ')}`
  }
  const branches = decision.branches.map(branch => contentOfDecision(code, branch, written))
  return `${contentOfChoice(decision.choice)} (${branches.join('; ')})`
}

function contentOfChoice(choice: Choice): string {
  switch (choice.kind) {
    case 'order':
      return `order ${choice.order.join(' ')}`
    case 'weighted':
      return `weighted ${JSON.stringify(choice.tiers)}`
    case 'turn':
      return 'turn'
    case 'place':
      return `place ${choice.signature}`
  }
}
