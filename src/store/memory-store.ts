import { EverportError } from '../base/errors.ts'
import { memoryHeartbeats } from './heartbeats.ts'
import { applyCommit, isRefused, prepareCommit } from './prepared-commit.ts'
import { rememberedCommits } from './remembered-commits.ts'
import { emptySnapshot } from './snapshot-tree.ts'
import type { Conflict, Revision, Store } from './store.ts'
import { watchersOf } from './watchers.ts'

/** A store that lives as long as its process: for tests and for what need not be kept. */
export function memoryStore(): Store {
  let snapshot = emptySnapshot
  let isClosed = false
  const remembered = rememberedCommits()
  const watchers = watchersOf(() => snapshot)

  const commit = (...[guards, changes]: Parameters<Store['commit']>): Revision | Conflict => {
    if (isClosed) throw new EverportError('state_error', 'the store is closed')
    const prepared = prepareCommit(guards, changes)
    const next = applyCommit(snapshot, prepared)
    if (isRefused(next)) return next
    snapshot = next
    const keys = [...prepared.writes.keys()]
    remembered.add(next.revision, keys)
    watchers.tell(keys)
    return next.revision
  }

  return {
    read: () => snapshot,
    commit: async (guards, changes) => commit(guards, changes),
    watch: (from, changed) => watchers.add(remembered.missedSince(from, snapshot), changed),
    heartbeats: memoryHeartbeats(),
    close: async () => {
      isClosed = true
      watchers.clear()
    },
  }
}
