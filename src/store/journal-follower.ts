import { assert } from '../base/assert.ts'
import { type Beginning, damaged, readBeginning, readDocuments } from './journal-beginning.ts'
import { type JournalFile, makeDirectory, makeJournal, openNewest } from './journal-file.ts'
import { type Line, takeLine } from './journal-line.ts'
import { recordOf } from './journal-record.ts'
import { applyCommit, type Commit, isRefused } from './prepared-commit.ts'
import { emptySnapshot, type SnapshotTree } from './snapshot-tree.ts'
import type { Conflict, Revision } from './store.ts'

/**
 * What a process knows of the journal. All processes read the same lines in the same order, and so come to the same snapshots: whether a
 * commit holds is decided by where its line stands, not by who looks.
 */
export interface Follower {
  snapshot(): SnapshotTree
  /** The journal to append to. */
  file(): JournalFile
  /** It has its last line, and the next journal is not there yet. */
  hasEnded(): boolean
  /** Bytes of what the journal began with, and of what was added. */
  length(): { readonly beginning: number; readonly added: number }
  /** Reads what was appended, by whomever. Throws EverportError 'state_error' when it cannot be read. */
  refresh(): void
  /** The line of this author, who is of this process, is not parsed but taken from here. */
  expect(author: string, expected: Expected): void
  forget(author: string): void
  /** Makes the journal that comes after one that has ended. */
  makeNext(): Promise<void>
  close(): void
}

export interface Expected {
  readonly commit: Commit
  readonly decided: (outcome: Revision | Conflict) => void
}

export interface FollowerPorts {
  /** A name that no other process has. */
  readonly author: string
  readonly committed: (revision: Revision, keys: readonly string[]) => void
  /** Commits were missed, since the journals that held them are gone; these keys are not as they were. */
  readonly jumped: (keys: readonly string[]) => void
}

/** Opens the newest journal of the directory, or makes the first. Rejects with EverportError 'state_error'. */
export async function followJournal(directory: string, ports: FollowerPorts): Promise<Follower> {
  makeDirectory(directory)
  let file = openNewest(directory)
  if (file === undefined) {
    await makeJournal(directory, 1, emptySnapshot, ports.author)
    file = openNewest(directory)
  }
  assert(file !== undefined, 'a journal is only taken away when there is a newer one')
  const follower = following(directory, file, ports)
  try {
    follower.refresh()
  } catch (error) {
    follower.close()
    throw error
  }
  return follower
}

interface Place {
  readonly file: JournalFile
  readonly beginning: Beginning
  position: number
  sizeSeen: number
  hasEnded: boolean
}

function following(directory: string, first: JournalFile, ports: FollowerPorts): Follower {
  const expected = new Map<string, Expected>()
  let snapshot = emptySnapshot
  let place: Place | undefined

  const enter = (file: JournalFile): void => {
    const beginning = readBeginning(directory, file)
    if (beginning.revision !== snapshot.revision) {
      const before = snapshot
      snapshot = readDocuments(directory, file, beginning, before)
      ports.jumped(changedKeys(before, snapshot))
    }
    place?.file.close()
    place = { file, beginning, position: beginning.to, sizeSeen: 0, hasEnded: false }
  }
  const readOn = (at: Place): void => {
    const size = at.file.size()
    if (size === at.sizeSeen) return
    const from = at.position
    const bytes = at.file.read(from, size)
    while (!at.hasEnded) {
      const taken = takeLine(bytes, at.position - from)
      if (taken.kind === 'incomplete') break
      if (taken.kind === 'damaged') throw damaged(directory, at.file.number, at.position)
      if (taken.kind === 'line') at.hasEnded = isLast(taken.line)
      at.position = from + taken.next
    }
    at.sizeSeen = size
  }
  /** Carries a line out, and tells whether it is the last one of its journal. */
  const isLast = ({ author, json }: Line): boolean => {
    const own = expected.get(author)
    const record = own === undefined ? recordOf(json) : { kind: 'commit' as const, commit: own.commit }
    if (record.kind !== 'commit') return record.kind === 'end'
    const next = applyCommit(snapshot, record.commit)
    if (isRefused(next)) {
      own?.decided(next)
      return false
    }
    snapshot = next
    ports.committed(next.revision, [...record.commit.writes.keys()])
    own?.decided(next.revision)
    return false
  }
  const moveOn = (): boolean => {
    const newest = openNewest(directory)
    if (newest === undefined) return false
    const isNext = newest.number > here().file.number
    try {
      if (isNext) enter(newest)
      return isNext
    } finally {
      if (place?.file !== newest) newest.close()
    }
  }
  const here = (): Place => {
    assert(place !== undefined, 'a follower is somewhere once it has read')
    return place
  }
  const refresh = (): void => {
    if (place === undefined) enter(first)
    do readOn(here())
    while (here().hasEnded && moveOn())
  }

  return {
    snapshot: () => snapshot,
    file: () => here().file,
    hasEnded: () => here().hasEnded,
    length: () => {
      const { beginning, position } = here()
      return { beginning: beginning.to, added: position - beginning.to }
    },
    refresh,
    expect: (author, commit) => expected.set(author, commit),
    forget: author => expected.delete(author),
    makeNext: async () => {
      await makeJournal(directory, here().file.number + 1, snapshot, ports.author)
      refresh()
    },
    close: () => (place?.file ?? first).close(),
  }
}

function changedKeys(before: SnapshotTree, after: SnapshotTree): string[] {
  const changed = after.list('').filter(({ key, revision }) => before.get(key)?.revision !== revision)
  const gone = before.list('').filter(({ key }) => after.get(key) === undefined)
  return [...changed, ...gone].map(({ key }) => key)
}
