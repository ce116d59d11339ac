import { randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { EverportError } from '../base/errors.ts'
import { commitQueue } from './journal-commits.ts'
import { followJournal } from './journal-follower.ts'
import { journalHeartbeats } from './journal-heartbeats.ts'
import { journalLooks, type WatchDirectory, watchDirectory } from './journal-looks.ts'
import { prepareCommit } from './prepared-commit.ts'
import { rememberedCommits } from './remembered-commits.ts'
import type { Store } from './store.ts'
import { watchersOf } from './watchers.ts'

/** A journal is replaced when so much was added to what it began with, and at least as much again as that. */
const addedBytesMax = 16 * 2 ** 20

export interface JournalStoreOptions {
  readonly clock: Clock
  readonly addedBytesMax?: number
  readonly watchDirectory?: WatchDirectory
}

/**
 * The store of one machine: a directory that several processes open, read and write at the same time. An open store looks, and
 * so keeps its process alive, until it is closed. Rejects with EverportError 'state_error' when the directory is of no use.
 */
export async function openJournalStore(directory: string, options: JournalStoreOptions): Promise<Store> {
  const author = randomBytes(8).toString('hex')
  const remembered = rememberedCommits()
  const watchers = watchersOf(() => follower.snapshot())
  const follower = await followJournal(directory, {
    author,
    committed: (revision, keys) => {
      remembered.add(revision, keys)
      watchers.tell(keys)
    },
    jumped: watchers.tell,
  })
  const commits = commitQueue(follower, author, options.addedBytesMax ?? addedBytesMax)
  let isClosed = false
  const look = (): boolean => {
    if (isClosed) return false
    const before = follower.snapshot()
    // What cannot be read is told to whoever commits; who reads goes on with what he has.
    try {
      follower.refresh()
    } catch {}
    return follower.snapshot() !== before
  }
  const stopLooks = journalLooks({
    clock: options.clock,
    directory,
    watch: options.watchDirectory ?? watchDirectory,
    look,
  })

  const heartbeats = journalHeartbeats(directory)
  return {
    read() {
      look()
      return follower.snapshot()
    },
    commit: async (guards, changes) => {
      if (isClosed) throw new EverportError('state_error', 'the store is closed')
      return await commits.add(prepareCommit(guards, changes))
    },
    watch: (from, changed) =>
      watchers.add(isClosed ? undefined : remembered.missedSince(from, follower.snapshot()), changed),
    heartbeats,
    close: async () => {
      if (isClosed) return
      isClosed = true
      stopLooks()
      watchers.clear()
      await commits.idle()
      follower.close()
      heartbeats.close()
    },
  }
}
