import { assert } from '../base/assert.ts'
import { EverportError } from '../base/errors.ts'
import type { Follower } from './journal-follower.ts'
import { lineOf } from './journal-line.ts'
import { commitJson, endJson } from './journal-record.ts'
import type { PreparedCommit } from './prepared-commit.ts'
import { type Conflict, isConflict, type Revision, storeLimits } from './store.ts'

export interface CommitQueue {
  add(commit: PreparedCommit): Promise<Revision | Conflict>
  /** Resolves when all that was added is done. */
  idle(): Promise<void>
}

interface Pending {
  readonly commit: PreparedCommit
  readonly resolve: (outcome: Revision | Conflict) => void
  readonly reject: (error: unknown) => void
  outcome: Revision | Conflict | undefined
}

/**
 * Commits of this process. Those that come in one turn, or while others are being appended, go with one call; those that wait for the disk
 * at the same time share one wait. No process ever waits for another: none holds a lock, so that one which is stopped or dies at any
 * point keeps nobody from committing.
 */
export function commitQueue(follower: Follower, author: string, addedBytesMax: number): CommitQueue {
  const pending: Pending[] = []
  const finishing = new Set<Promise<void>>()
  let running: Promise<void> | undefined
  let lines = 0

  const run = async (): Promise<void> => {
    // Commits of the same turn go together.
    await Promise.resolve()
    while (pending.length > 0) await commitTogether(takeBatch(pending))
    running = undefined
  }
  const commitTogether = async (batch: readonly Pending[]): Promise<void> => {
    let undecided = batch
    try {
      while (undecided.length > 0) {
        await makeRoom()
        // Undecided are those that came after the last line of a journal.
        undecided = await append(undecided)
      }
    } catch (error) {
      const failure = writeError(error)
      for (const { outcome, reject } of batch) if (outcome === undefined) reject(failure)
    }
  }
  /** Sees that there is a journal to append to, and that it does not become too long. */
  const makeRoom = async (): Promise<void> => {
    for (;;) {
      follower.refresh()
      const { beginning, added } = follower.length()
      if (follower.hasEnded()) await follower.makeNext()
      else if (added <= Math.max(addedBytesMax, beginning)) return
      else await follower.file().append(lineOf(author, endJson))
    }
  }
  const append = async (batch: readonly Pending[]): Promise<readonly Pending[]> => {
    const file = follower.file()
    const names = batch.map(() => `${author}.${++lines}`)
    batch.forEach((entry, i) => {
      const decided = (outcome: Revision | Conflict): void => {
        entry.outcome = outcome
      }
      follower.expect(names[i] as string, { commit: entry.commit, decided })
    })
    const bytes = Buffer.concat(batch.map(({ commit }, i) => lineOf(names[i] as string, commitJson(commit))))
    try {
      // Also when not all of it was taken: the lines that were are there.
      await file.append(bytes).finally(follower.refresh)
    } finally {
      for (const name of names) follower.forget(name)
      finish(batch)
    }
    const undecided = batch.filter(({ outcome }) => outcome === undefined)
    assert(
      undecided.length === 0 || follower.hasEnded() || follower.file() !== file,
      'what was appended is read',
    )
    return undecided
  }
  const finish = (batch: readonly Pending[]): void => {
    const waiting = batch.filter(entry => {
      if (entry.outcome !== undefined && !isForDisk(entry)) entry.resolve(entry.outcome)
      return isForDisk(entry)
    })
    if (waiting.length === 0) return
    // If we are in the next journal meanwhile, it begins with what they wrote.
    const finished = follower
      .file()
      .sync()
      .then(
        () => waiting.forEach(({ outcome, resolve }) => resolve(outcome as Revision)),
        error => waiting.forEach(({ reject }) => reject(syncError(error))),
      )
      .finally(() => finishing.delete(finished))
    finishing.add(finished)
  }

  return {
    add: commit =>
      new Promise((resolve, reject) => {
        pending.push({ commit, resolve, reject, outcome: undefined })
        running ??= run()
      }),
    idle: async () => {
      await running
      await Promise.all(finishing)
    },
  }
}

/** Whether the commit holds, and is more than observed state, which is observed again. */
function isForDisk({ commit, outcome }: Pending): boolean {
  if (outcome === undefined || isConflict(outcome)) return false
  for (const key of commit.writes.keys()) if (!key.startsWith('status/')) return true
  return false
}

function writeError(cause: unknown): unknown {
  if (!(cause instanceof Error) || cause instanceof EverportError || cause.name === 'AssertionError')
    return cause
  return new EverportError('state_error', `the store could not be written: ${cause.message}`, {
    hint: 'nothing of the commit was kept; see that the disk has space and is writable',
    cause,
  })
}

function syncError(cause: unknown): EverportError {
  return new EverportError(
    'state_error',
    `the disk did not confirm the commit: ${(cause as Error).message}`,
    {
      hint: 'it may be gone after a loss of power; see whether the disk is well, and then start Everport again',
      cause,
    },
  )
}

function takeBatch(pending: Pending[]): Pending[] {
  let changes = 0
  let bytes = 0
  let count = 0
  for (const { commit } of pending) {
    changes += commit.writes.size
    bytes += commit.bytes
    if (count > 0 && (changes > storeLimits.changesMax || bytes > storeLimits.commitBytesMax)) break
    count++
  }
  assert(count > 0, 'a batch holds at least one commit')
  return pending.splice(0, count)
}
