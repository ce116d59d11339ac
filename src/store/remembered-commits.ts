import type { Revision, Snapshot } from './store.ts'

/** Who watches from before the last so many commits is told every key there is. */
const rememberedCommitsMax = 4096

/** Which keys the last commits wrote, for those who begin to watch from an older revision than the newest. */
export interface RememberedCommits {
  add(revision: Revision, keys: readonly string[]): void
  /** The keys written after `from`; all of the snapshot's when that is not remembered; undefined when nothing was. */
  missedSince(from: Revision, snapshot: Snapshot): readonly string[] | undefined
}

export function rememberedCommits(): RememberedCommits {
  const keysOf = new Map<Revision, readonly string[]>()
  return {
    add(revision, keys) {
      keysOf.set(revision, keys)
      keysOf.delete(revision - rememberedCommitsMax)
    },
    missedSince(from, snapshot) {
      if (from >= snapshot.revision) return undefined
      const missed: string[] = []
      for (let revision = from + 1; revision <= snapshot.revision; revision++) {
        const keys = keysOf.get(revision)
        if (keys === undefined) return snapshot.list('').map(document => document.key)
        missed.push(...keys)
      }
      return missed
    },
  }
}
