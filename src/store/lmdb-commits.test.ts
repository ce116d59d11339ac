import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { commitQueue } from './lmdb-commits.ts'
import { follow } from './lmdb-file.ts'
import { openDatabase } from './lmdb-open.ts'
import { type PreparedCommit, prepareCommit } from './prepared-commit.ts'
import { emptySnapshot, type SnapshotTree } from './snapshot-tree.ts'

test('a commit that loses every race is made while holding the lock', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'everport-store-'))
  const database = await openDatabase(folder)
  try {
    const at = { snapshot: emptySnapshot, looks: 0 }
    const advance = (next: SnapshotTree): void => {
      at.snapshot = next
    }
    const refresh = (): SnapshotTree => follow(database, at.snapshot)?.snapshot ?? at.snapshot
    const write = (revision: 'absent' | number, n: number): PreparedCommit =>
      prepareCommit([{ key: 'a', revision }], [{ key: 'a', value: { n } }])
    const other = commitQueue({ database, refresh, advance })
    assert.equal(await other.add(write('absent', 1)), 1)
    // As if another process were first each time: what is seen is old by the time it is written.
    const isOld = (): boolean => ++at.looks <= 8
    const slow = commitQueue({ database, advance, refresh: () => (isOld() ? emptySnapshot : refresh()) })
    const outcomes = await Promise.all([
      slow.add(write('absent', 8)),
      slow.add(write(1, 2)),
      slow.add(write(2, 3)),
    ])
    assert.deepEqual(outcomes, [{ conflict: { key: 'a', revision: 'absent' } }, 2, 3])
    assert.equal(at.looks, 9)
    assert.deepEqual(follow(database, emptySnapshot)?.snapshot.get('a'), {
      key: 'a',
      value: { n: 3 },
      revision: 3,
    })
  } finally {
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
