import { SharedMap } from '../../base/shared-map.ts'
import type { RecordSetDocument } from '../../resources/dns.ts'
import type { Document } from '../../store/store.ts'
import { isAtOrBelow, type NameKey, nameKey } from '../wire/name.ts'
import { codecOfType } from '../wire/records/table.ts'
import { WireError } from '../wire/wire-error.ts'
import { nameFromRoute53, type Route53RecordSet } from './record-set.ts'
import { groupKey } from './route-records.ts'
import type { ZoneDraft } from './zone-drafts.ts'

export type RecordDocument = Document<RecordSetDocument>

/** One document as it was and as it is; undefined when it is not there. */
export interface DocumentChange {
  readonly key: string
  readonly before: RecordDocument | undefined
  readonly after: RecordDocument | undefined
}

export interface RecordGroups {
  /** Of each name and type (`groupKey`) its documents, in key order. */
  readonly groups: SharedMap<string, readonly RecordDocument[]>
  /** Documents that stand in no group, with the reason in words. */
  readonly misplaced: ReadonlyMap<string, string>
}

export const noRecordGroups: RecordGroups = { groups: SharedMap.empty(), misplaced: new Map() }

export interface ChangedGroups extends RecordGroups {
  /** Groups whose documents are others now. */
  readonly changed: ReadonlySet<string>
}

/** What lies in a child zone is that zone's to decide; here it is at most a delegation and its glue. */
export function withDocuments(
  before: RecordGroups,
  changes: Iterable<DocumentChange>,
  draft: ZoneDraft,
  isOwn: (key: NameKey) => boolean,
): ChangedGroups {
  const written = new Map<string, RecordDocument[]>()
  const misplaced = new Map(before.misplaced)
  const membersOf = (group: string): RecordDocument[] => {
    const members = written.get(group) ?? [...(before.groups.get(group) ?? [])]
    written.set(group, members)
    return members
  }
  for (const { key, before: old, after } of changes) {
    misplaced.delete(key)
    const from = old === undefined ? undefined : groupOf(old, draft, isOwn)
    if (from?.kind === 'group') {
      const members = membersOf(from.group)
      const at = members.findIndex(member => member.key === key)
      if (at >= 0) members.splice(at, 1)
    }
    const to = after === undefined ? undefined : groupOf(after, draft, isOwn)
    if (to?.kind === 'misplaced') misplaced.set(key, to.reason)
    if (to?.kind === 'group' && after !== undefined) membersOf(to.group).push(after)
  }
  for (const members of written.values())
    if (members.length > 1) members.sort((a, b) => (a.key < b.key ? -1 : 1))
  const writes = [...written].map(
    ([group, members]) => [group, members.length === 0 ? undefined : members] as const,
  )
  return { groups: before.groups.with(writes), misplaced, changed: new Set(written.keys()) }
}

type Standing =
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'misplaced'; readonly reason: string }
  | { readonly kind: 'elsewhere' }

/** One record set that is wrong must not take its zone with it. */
function groupOf({ value }: RecordDocument, draft: ZoneDraft, isOwn: (key: NameKey) => boolean): Standing {
  const { ResourceRecordSet: record } = value
  try {
    const { key, group } = placeOf(record)
    if (!isAtOrBelow(key, draft.apex)) return { kind: 'misplaced', reason: `not within ${draft.name}` }
    if (!isOwn(key) && (record.SetIdentifier !== undefined || record.AliasTarget !== undefined))
      return { kind: 'elsewhere' }
    return { kind: 'group', group }
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return { kind: 'misplaced', reason: error.message }
  }
}

interface RecordPlace {
  readonly key: NameKey
  readonly group: string
}

/** Documents never change. */
const placesOfRecords = new WeakMap<Route53RecordSet, RecordPlace>()

/** Throws WireError when its names or its type are none. */
function placeOf(record: Route53RecordSet): RecordPlace {
  const before = placesOfRecords.get(record)
  if (before !== undefined) return before
  const { type } = codecOfType(record.Type)
  if (record.AliasTarget !== undefined) nameKey(nameFromRoute53(record.AliasTarget.DNSName ?? ''))
  const key = nameKey(nameFromRoute53(record.Name))
  const place = { key, group: groupKey(key, type) }
  placesOfRecords.set(record, place)
  return place
}
