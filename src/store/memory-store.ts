import { EverportError } from '../base/errors.ts'
import { applyCommit, isRefused, prepareCommit } from './prepared-commit.ts'
import { emptySnapshot } from './snapshot-tree.ts'
import type { Conflict, Revision, Store } from './store.ts'
import { watchersOf } from './watchers.ts'

/** How many commits a store remembers the keys of. Who watches from before is told every key there is. */
const rememberedCommitsMax = 4096

/** A store that lives as long as its process: for tests and for what need not be kept. */
export function memoryStore(): Store {
  let snapshot = emptySnapshot
  let isClosed = false
  const keysOf = new Map<Revision, readonly string[]>()
  const watchers = watchersOf(() => snapshot)

  const commit = (...[guards, changes]: Parameters<Store['commit']>): Revision | Conflict => {
    if (isClosed) throw new EverportError('state_error', 'the store is closed')
    const prepared = prepareCommit(guards, changes)
    const next = applyCommit(snapshot, prepared)
    if (isRefused(next)) return next
    snapshot = next
    const keys = [...prepared.writes.keys()]
    keysOf.set(next.revision, keys)
    keysOf.delete(next.revision - rememberedCommitsMax)
    watchers.tell(keys)
    return next.revision
  }
  const missedSince = (from: Revision): Iterable<string> => {
    const missed: string[] = []
    for (let revision = from + 1; revision <= snapshot.revision; revision++) {
      const keys = keysOf.get(revision)
      if (keys === undefined) return snapshot.list('').map(document => document.key)
      missed.push(...keys)
    }
    return missed
  }

  return {
    read: () => snapshot,
    commit: async (guards, changes) => commit(guards, changes),
    watch: (from, changed) => watchers.add(from < snapshot.revision ? missedSince(from) : undefined, changed),
    close: async () => {
      isClosed = true
      watchers.clear()
    },
  }
}
