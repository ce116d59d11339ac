import type { RootDatabase } from 'lmdb'
import { EverportError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { frozenJson, type PreparedCommit } from './prepared-commit.ts'
import { type SnapshotTree, snapshotOfSorted, withWrites } from './snapshot-tree.ts'
import type { Document, Revision } from './store.ts'

/**
 * How documents lie in the LMDB file (docs/decisions/002-store-lmdb.md). Keys are bytes, and their first byte says what they are:
 *
 *     m format      JSON { "everport": "store", "format": 1 }
 *     m revision    the newest revision, as text and as the version that lmdb keeps in front of every value
 *     d <key>       a document's JSON; its revision is its version
 *     c <revision>  8 bytes, big-endian: JSON list of the keys which that commit wrote; only the newest `rememberedCommitsMax`
 */
export type Database = RootDatabase<string, Uint8Array>

export const formatKey = Buffer.from('mformat')
export const revisionKey = Buffer.from('mrevision')
export const formatVersion = 1

/** A watcher that fell behind by more than this reads every document again. */
export const rememberedCommitsMax = 4096

/** A commit, and the snapshot it leads to. */
export interface Step {
  readonly commit: PreparedCommit
  readonly snapshot: SnapshotTree
}

export interface Followed {
  readonly snapshot: SnapshotTree
  readonly keys: Iterable<string>
}

/** What was committed after `snapshot`, or undefined when nothing was. */
export function follow(database: Database, snapshot: SnapshotTree): Followed | undefined {
  return reading(database, () => {
    const revision = newestRevision(database)
    if (revision <= snapshot.revision) return undefined
    const keys = keysBetween(database, snapshot.revision, revision)
    return keys === undefined
      ? followByReadingAll(database, snapshot, revision)
      : { keys, snapshot: withWrites(snapshot, revision, readAll(database, keys)) }
  })
}

/** The keys that commits after `from` wrote, up to `to`, or undefined when the file no longer remembers. */
export function keysSince(database: Database, from: Revision, to: Revision): ReadonlySet<string> | undefined {
  return reading(database, () => keysBetween(database, from, to))
}

/**
 * Runs `task` in one read transaction on the newest commit. lmdb keeps its read transaction until a timer fires; we give it back
 * at once, since one that is left open in a stopped process keeps all pages that are replaced from being used again.
 */
function reading<T>(database: Database, task: () => T): T {
  database.resetReadTxn()
  try {
    return task()
  } finally {
    database.resetReadTxn()
  }
}

function keysBetween(database: Database, from: Revision, to: Revision): ReadonlySet<string> | undefined {
  if (to - from > rememberedCommitsMax) return undefined
  const keys = new Set<string>()
  for (let revision = from + 1; revision <= to; revision++) {
    const text = database.get(commitKey(revision))
    if (text === undefined) return undefined
    for (const key of parse(text, 'the list of changes') as string[]) keys.add(key)
  }
  return keys
}

/** Puts the commits, which follow each other, into the transaction that is open. */
export function putSteps(database: Database, steps: readonly Step[]): void {
  for (const { commit, snapshot } of steps) {
    const { revision } = snapshot
    for (const [key, value] of commit.writes) {
      if (value === undefined) void database.remove(documentKey(key))
      else void database.put(documentKey(key), value.text, revision)
    }
    void database.put(commitKey(revision), JSON.stringify([...commit.writes.keys()]), revision)
    if (revision > rememberedCommitsMax) void database.remove(commitKey(revision - rememberedCommitsMax))
    void database.put(revisionKey, String(revision), revision)
  }
}

function newestRevision(database: Database): Revision {
  const revision = database.getEntry(revisionKey)?.version
  if (revision === undefined) throw damaged('the revision is missing')
  return revision
}

function* readAll(
  database: Database,
  keys: Iterable<string>,
): Iterable<readonly [string, Document | undefined]> {
  for (const key of keys) {
    const entry = database.getEntry(documentKey(key))
    yield [key, entry === undefined ? undefined : documentOf(key, entry.value, entry.version)]
  }
}

function followByReadingAll(database: Database, previous: SnapshotTree, revision: Revision): Followed {
  const documents: Document[] = []
  const keys: string[] = []
  for (const entry of database.getRange({ start: documentStart, end: documentEnd, versions: true })) {
    const key = Buffer.from(entry.key.buffer, entry.key.byteOffset + 1, entry.key.byteLength - 1).toString()
    const known = previous.get(key)
    if (known !== undefined && known.revision === entry.version) documents.push(known)
    else {
      documents.push(documentOf(key, entry.value, entry.version))
      keys.push(key)
    }
  }
  // The file orders by bytes of UTF-8, which differs from code units beyond the basic plane.
  documents.sort((a, b) => (a.key < b.key ? -1 : 1))
  const snapshot = snapshotOfSorted(revision, documents)
  for (const { key } of previous.list('')) if (snapshot.get(key) === undefined) keys.push(key)
  return { snapshot, keys }
}

function documentOf(key: string, text: string, revision: Revision | undefined): Document {
  if (revision === undefined) throw damaged(`the document ${JSON.stringify(key)} has no revision`)
  return Object.freeze({ key, value: parse(text, `the document ${JSON.stringify(key)}`), revision })
}

function parse(text: string, what: string): Json {
  try {
    return frozenJson(text)
  } catch (error) {
    throw damaged(`${what} is not JSON`, error)
  }
}

function damaged(found: string, cause?: unknown): EverportError {
  return new EverportError('state_error', `the store is damaged: ${found}`, {
    hint: 'stop Everport, move the store directory away and start again, or put back a copy of it',
    cause,
  })
}

const documentPrefix = 'd'
const documentStart = Buffer.from(documentPrefix)
const documentEnd = Buffer.from('e')

function documentKey(key: string): Buffer {
  return Buffer.from(documentPrefix + key)
}

function commitKey(revision: Revision): Buffer {
  const key = Buffer.alloc(9, 'c')
  key.writeBigUInt64BE(BigInt(revision), 1)
  return key
}
