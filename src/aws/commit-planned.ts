import { type Change, isConflict, type Revision, type Snapshot, type Store } from '../store/store.ts'
import { AwsRefusal } from './refusal.ts'

/** What an operation would write, decided from one snapshot. */
export interface PlannedCommit<T> {
  readonly changes: readonly Change[]
  /** Keys of other documents that the decision rests on, there or absent: the commit holds only while they are as they were. */
  readonly unchanged?: readonly string[]
  readonly answer: T
}

export interface Committed<T> {
  readonly answer: T
  /** Of the commit; of the snapshot when there was nothing to change. */
  readonly revision: Revision
}

/** Others write too, and rarely the same documents: more misses than this mean that something writes them all the time. */
const attemptsMax = 32

/**
 * Decides and commits; when somebody else changed one of the documents meanwhile, decides again from what is there now. `plan` is pure but
 * for ids it draws, and throws to refuse. Documents that are written or named in `unchanged` are guarded; a rule over a whole prefix
 * ("no other listener on this port") needs a key that stands for it.
 */
export async function commitPlanned<T>(
  store: Store,
  plan: (snapshot: Snapshot) => PlannedCommit<T>,
): Promise<Committed<T>> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const snapshot = store.read()
    const { changes, unchanged = [], answer } = plan(snapshot)
    if (changes.length === 0) return { answer, revision: snapshot.revision }
    const guarded = new Set([...changes.map(({ key }) => key), ...unchanged])
    const guards = [...guarded].map(key => ({
      key,
      revision: snapshot.get(key)?.revision ?? ('absent' as const),
    }))
    const outcome = await store.commit(guards, changes)
    if (!isConflict(outcome)) return { answer, revision: outcome }
  }
  throw new AwsRefusal(
    'ServiceUnavailable',
    'The same resources are changed by others all the time; try again.',
  )
}
