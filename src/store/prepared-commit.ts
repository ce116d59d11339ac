import { EverportError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { type SnapshotTree, withWrites } from './snapshot-tree.ts'
import { type Change, type Conflict, type Document, type Guard, storeLimits } from './store.ts'

/** What is written under each key, undefined where it is deleted, if all guards hold. */
export interface Commit {
  readonly guards: readonly Guard[]
  readonly writes: ReadonlyMap<string, { readonly value: Json } | undefined>
}

/** A commit that is known to be within the limits. Nothing of it is shared with the caller, who may go on changing his objects. */
export interface PreparedCommit extends Commit {
  readonly writes: ReadonlyMap<string, PreparedValue | undefined>
  readonly bytes: number
}

interface PreparedValue {
  readonly text: string
  readonly bytes: number
  readonly value: Json
}

/** Throws EverportError when a limit is passed or a value is not JSON. */
export function prepareCommit(guards: readonly Guard[], changes: readonly Change[]): PreparedCommit {
  if (changes.length > storeLimits.changesMax) {
    throw new EverportError('limit_exceeded', `the commit has ${changes.length} changes`, {
      hint: `split it: one commit may hold ${storeLimits.changesMax}`,
    })
  }
  const writes = new Map<string, PreparedValue | undefined>()
  let bytes = 0
  for (const { key, value } of changes) {
    bytes += checkKey(key)
    if (writes.has(key)) throw new EverportError('invalid_input', `the commit changes ${show(key)} twice`)
    const prepared = value === undefined ? undefined : prepareValue(key, value)
    bytes += prepared?.bytes ?? 0
    writes.set(key, prepared)
  }
  if (bytes > storeLimits.commitBytesMax) {
    throw new EverportError('limit_exceeded', `the commit has ${bytes} bytes`, {
      hint: `split it: one commit may hold ${storeLimits.commitBytesMax} bytes`,
    })
  }
  return { guards: guards.map(({ key, revision }) => ({ key, revision })), writes, bytes }
}

/** The next snapshot, one revision later, or the first guard that does not hold. */
export function applyCommit(snapshot: SnapshotTree, commit: Commit): SnapshotTree | Conflict {
  const broken = commit.guards.find(guard => !holds(snapshot, guard))
  if (broken !== undefined) return { conflict: broken }
  const revision = snapshot.revision + 1
  const documents: [string, Document | undefined][] = []
  for (const [key, prepared] of commit.writes) {
    documents.push([
      key,
      prepared === undefined ? undefined : Object.freeze({ key, value: prepared.value, revision }),
    ])
  }
  return withWrites(snapshot, revision, documents)
}

export function isRefused(outcome: SnapshotTree | Conflict): outcome is Conflict {
  return 'conflict' in outcome
}

function holds(snapshot: SnapshotTree, guard: Guard): boolean {
  return (snapshot.get(guard.key)?.revision ?? 'absent') === guard.revision
}

/** Bytes of the key in UTF-8. */
function checkKey(key: string): number {
  const bytes = Buffer.byteLength(key)
  if (bytes === 0) throw new EverportError('invalid_input', 'the key of a document must not be empty')
  if (bytes > storeLimits.keyBytesMax) {
    throw new EverportError(
      'limit_exceeded',
      `the key ${show(key)} has ${bytes} bytes; at most ${storeLimits.keyBytesMax} fit`,
    )
  }
  // Half a surrogate pair has no UTF-8: two such keys would become one.
  if (loneSurrogate.test(key)) {
    throw new EverportError('invalid_input', `the key ${show(key)} is not well-formed Unicode`)
  }
  return bytes
}

const loneSurrogate = /\p{Surrogate}/u

function prepareValue(key: string, value: object): PreparedValue {
  const text = jsonText(key, value)
  const bytes = Buffer.byteLength(text)
  if (bytes > storeLimits.valueBytesMax) {
    throw new EverportError(
      'limit_exceeded',
      `the document ${show(key)} has ${bytes} bytes; at most ${storeLimits.valueBytesMax} fit`,
    )
  }
  return { text, bytes, value: frozenJson(text) }
}

function jsonText(key: string, value: object): string {
  let text: string | undefined
  let cause: unknown
  try {
    text = JSON.stringify(value)
  } catch (error) {
    cause = error
  }
  if (text === undefined) {
    throw new EverportError('invalid_input', `the document ${show(key)} is not plain JSON data`, { cause })
  }
  return text
}

function show(key: string): string {
  return JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}…` : key)
}

/** Parses, and freezes all the way down. */
export function frozenJson(text: string): Json {
  return deepFreeze(JSON.parse(text) as Json)
}

function deepFreeze(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) deepFreeze(part as Json)
  return Object.freeze(value)
}
