import { type Clock, every } from '../base/clock.ts'
import { EverportError } from '../base/errors.ts'
import { commitQueue } from './lmdb-commits.ts'
import { follow, keysSince } from './lmdb-file.ts'
import { openDatabase } from './lmdb-open.ts'
import { prepareCommit } from './prepared-commit.ts'
import { emptySnapshot, type SnapshotTree } from './snapshot-tree.ts'
import type { Store } from './store.ts'
import { watchersOf } from './watchers.ts'

/** How often the newest revision is looked at. A look costs some 12 µs; most of what an idle store takes is the waking up. */
const pollIntervalMs = 25
/** Readers' places left by killed processes keep replaced pages from being used again until they are found. */
const readerCheckIntervalMs = 30_000

export interface LmdbStoreOptions {
  readonly clock: Clock
}

/**
 * The store of one machine: a directory that several processes open, read and write at the same time. An open store polls, and
 * so keeps its process alive, until it is closed. Rejects with EverportError 'state_error' when the directory is of no use.
 */
export async function openLmdbStore(directory: string, { clock }: LmdbStoreOptions): Promise<Store> {
  const database = await openDatabase(directory)
  let snapshot: SnapshotTree = emptySnapshot
  let isClosed = false
  const watchers = watchersOf(() => snapshot)

  const advance = (next: SnapshotTree, keys: Iterable<string>): void => {
    if (next.revision <= snapshot.revision) return
    snapshot = next
    watchers.tell(keys)
  }
  /** Takes in what has been committed, by whomever. */
  const refresh = (): SnapshotTree => {
    const followed = follow(database, snapshot)
    if (followed !== undefined) advance(followed.snapshot, followed.keys)
    return snapshot
  }
  refresh()
  const commits = commitQueue({ database, refresh, advance })
  const stopPolling = every(clock, pollIntervalMs, refresh)
  const stopChecking = every(clock, readerCheckIntervalMs, () => {
    database.readerCheck()
  })

  return {
    read: () => snapshot,
    commit: async (guards, changes) => {
      if (isClosed) throw new EverportError('state_error', 'the store is closed')
      return await commits.add(prepareCommit(guards, changes))
    },
    watch: (from, changed) => {
      if (isClosed || from >= snapshot.revision) return watchers.add(undefined, changed)
      const missed = keysSince(database, from, snapshot.revision)
      return watchers.add(missed ?? snapshot.list('').map(document => document.key), changed)
    },
    close: async () => {
      if (isClosed) return
      isClosed = true
      stopPolling()
      stopChecking()
      watchers.clear()
      await commits.idle()
      await database.close()
    },
  }
}
