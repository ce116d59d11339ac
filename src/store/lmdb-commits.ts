import { assert } from '../base/assert.ts'
import { EverportError } from '../base/errors.ts'
import { type Database, putSteps, revisionKey, type Step } from './lmdb-file.ts'
import { applyCommit, isRefused, type PreparedCommit } from './prepared-commit.ts'
import type { SnapshotTree } from './snapshot-tree.ts'
import { type Conflict, type Revision, storeLimits } from './store.ts'

export interface CommitQueue {
  add(commit: PreparedCommit): Promise<Revision | Conflict>
  /** Resolves when all that was added is done. */
  idle(): Promise<void>
}

export interface CommitQueuePorts {
  readonly database: Database
  /** Brings this process's snapshot up to the newest commit. */
  readonly refresh: () => SnapshotTree
  readonly advance: (next: SnapshotTree, keys: Iterable<string>) => void
}

interface Pending {
  readonly commit: PreparedCommit
  readonly resolve: (outcome: Revision | Conflict) => void
  readonly reject: (error: unknown) => void
}

/** So many times another process may be first before we take the lock and keep it while we look. */
const racesLostMax = 8

/**
 * Commits of this process, one transaction after another; those that come while one is under way share the next, and its wait for
 * the disk. A transaction is prepared from this process's snapshot and holds only if the newest revision is still that snapshot's:
 * the lock that all processes share is then held by lmdb's own thread for microseconds. It is never held while our event loop is
 * busy or our process stopped, except, so that nobody waits for ever, after `racesLostMax` lost races.
 */
export function commitQueue({ database, refresh, advance }: CommitQueuePorts): CommitQueue {
  const pending: Pending[] = []
  let running: Promise<void> | undefined

  const run = async (): Promise<void> => {
    // Commits of the same turn go together.
    await Promise.resolve()
    while (pending.length > 0) await commitTogether(takeBatch(pending))
    running = undefined
  }
  const commitTogether = async (batch: readonly Pending[]): Promise<void> => {
    try {
      const { outcomes, steps } = await write(batch.map(({ commit }) => commit))
      for (const { commit, snapshot } of steps) advance(snapshot, commit.writes.keys())
      batch.forEach(({ resolve }, i) => resolve(outcomes[i] as Revision | Conflict))
    } catch (error) {
      const reason = await writeError(error)
      for (const { reject } of batch) reject(reason)
    }
  }
  const write = async (commits: readonly PreparedCommit[]): Promise<Plan> => {
    for (let racesLost = 0; racesLost < racesLostMax; racesLost++) {
      const base = refresh()
      const plan = planned(base, commits)
      if (plan.steps.length === 0) return plan
      const isFirst = await database.ifVersion(revisionKey, base.revision, () =>
        putSteps(database, plan.steps),
      )
      if (isFirst) return plan
    }
    return await database.transaction(() => {
      const plan = planned(refresh(), commits)
      putSteps(database, plan.steps)
      return plan
    })
  }

  return {
    add: commit =>
      new Promise((resolve, reject) => {
        pending.push({ commit, resolve, reject })
        running ??= run()
      }),
    idle: async () => {
      await running
    },
  }
}

/** lmdb rejects with a promise in which the cause follows. */
async function writeError(thrown: unknown): Promise<unknown> {
  const { commitError } = thrown as { commitError?: Promise<never> }
  if (commitError === undefined) return thrown
  const cause = await commitError.catch((reason: unknown) => reason)
  return new EverportError('state_error', `the store could not be written: ${(cause as Error).message}`, {
    hint: 'nothing of the commit was kept; see that the disk has space and is writable',
    cause,
  })
}

/** What becomes of each commit when they are applied one after another, and the steps of those that hold. */
interface Plan {
  readonly outcomes: readonly (Revision | Conflict)[]
  readonly steps: readonly Step[]
}

function planned(base: SnapshotTree, commits: readonly PreparedCommit[]): Plan {
  const steps: Step[] = []
  let snapshot = base
  const outcomes = commits.map(commit => {
    const next = applyCommit(snapshot, commit)
    if (isRefused(next)) return next
    snapshot = next
    steps.push({ commit, snapshot })
    return next.revision
  })
  return { outcomes, steps }
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
