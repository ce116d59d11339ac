import type { Cancel } from '../base/clock.ts'
import type { Json } from '../base/json.ts'
import type { Heartbeats } from './heartbeats.ts'

/** Counts commits. Revision 0 is the empty store; every commit adds one. */
export type Revision = number

/** A value under a key. `revision` is the commit that last wrote it. Values are deeply frozen. */
export interface Document<T = Json> {
  readonly key: string
  readonly value: T
  readonly revision: Revision
}

/** Everything as it was at one revision; never changes. */
export interface Snapshot {
  readonly revision: Revision
  /** The caller names the document's type by its key (see resources/); only this program writes the store. */
  get<T = Json>(key: string): Document<T> | undefined
  /** Documents whose key begins with `prefix`, in key order (by UTF-16 code units). */
  list<T = Json>(prefix: string): readonly Document<T>[]
}

/** Holds when the document was last written by exactly this revision, or, with 'absent', when there is none. */
export interface Guard {
  readonly key: string
  readonly revision: Revision | 'absent'
}

/** A value to put (plain JSON data), or undefined to delete. Deleting what is absent is no error. */
export interface Change {
  readonly key: string
  readonly value: object | undefined
}

/** A guard did not hold and nothing was written. */
export interface Conflict {
  readonly conflict: Guard
}

export function isConflict(outcome: Revision | Conflict): outcome is Conflict {
  return typeof outcome === 'object'
}

/**
 * Small documents under ordered keys, changed by all-or-nothing commits, one after another across all processes.
 *
 * - `commit` resolves once the commit is durable: neither kill -9 nor, where the implementation has a disk, loss of power takes
 *   it back. A commit whose keys all begin with `status/` may resolve before it reached the disk: observed state is observed again.
 * - `watch` calls `changed` soon (within 50 ms, also for commits of other processes) after any commit later than `from`, with
 *   the newest snapshot and every key written since the previous call. Calls never overlap; several commits may be told by one call.
 *   A store remembers the keys of its last thousands of commits; whoever asks from before that is told every key there is now.
 * - `read` returns at once; it includes every commit, of whatever process, that had resolved before: what one command has stored, the next
 *   one, or a call of the API, finds.
 * - Values are plain JSON of at most `valueBytesMax` bytes, keys at most `keyBytesMax`.
 */
export interface Store {
  read(): Snapshot
  commit(guards: readonly Guard[], changes: readonly Change[]): Promise<Revision | Conflict>
  watch(from: Revision, changed: (snapshot: Snapshot, keys: ReadonlySet<string>) => void): Cancel
  /** Who lives: beside the documents, and no part of any snapshot. */
  readonly heartbeats: Heartbeats
  close(): Promise<void>
}

export const storeLimits = {
  keyBytesMax: 512,
  valueBytesMax: 1_048_576,
  changesMax: 10_000,
  commitBytesMax: 67_108_864,
} as const
