import { compareText, reversedName } from './list-order.ts'
import type { Fields } from './planned-change.ts'
import { readRecordName } from './record-name.ts'
import { type Refusal, refusal } from './refusal.ts'

export interface RecordSetStart {
  readonly name?: string | undefined
  readonly type?: string | undefined
  readonly identifier?: string | undefined
}

export interface RecordSetPage {
  readonly kind: 'page'
  readonly recordSets: readonly Fields[]
  /** Where the next page begins; undefined at the end. */
  readonly next: { readonly name: string; readonly type: string; readonly identifier?: string } | undefined
}

export const recordSetsPageMax = 300

/** ListResourceRecordSets: by name (labels reversed), type and set identifier, from `start` on, and including it. */
export function listRecordSets(
  recordSets: readonly Fields[],
  start: RecordSetStart = {},
  max: number = recordSetsPageMax,
): RecordSetPage | Refusal {
  if (start.type !== undefined && start.name === undefined)
    return refusal('InvalidInput', 'The input is not valid: a type needs a name')
  if (start.identifier !== undefined && start.type === undefined)
    return refusal('InvalidInput', 'The input is not valid: an identifier needs a name and a type')
  const name = start.name === undefined ? undefined : readRecordName(start.name)
  if (typeof name === 'string') return refusal('InvalidInput', name)
  const from =
    name === undefined ? undefined : [reversedName(name.text), start.type ?? '', start.identifier ?? '']
  const sorted = recordSets.map(set => ({ set, key: sortKey(set) })).sort((a, b) => compareKeys(a.key, b.key))
  const rest = sorted.filter(({ key }) => from === undefined || compareKeys(key, from) >= 0)
  const count = Math.min(Math.max(1, max), recordSetsPageMax)
  const next = rest[count]?.set
  return {
    kind: 'page',
    recordSets: rest.slice(0, count).map(({ set }) => set),
    next:
      next === undefined
        ? undefined
        : {
            name: next.Name,
            type: next.Type,
            ...(next.SetIdentifier === undefined ? {} : { identifier: next.SetIdentifier }),
          },
  }
}

function sortKey({ Name, Type, SetIdentifier = '' }: Fields): string[] {
  return [reversedName(Name), Type, SetIdentifier]
}

function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const order = compareText(part, b[index] ?? '')
    if (order !== 0) return order
  }
  return 0
}
