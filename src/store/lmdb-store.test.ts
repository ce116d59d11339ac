import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { EverportError } from '../base/errors.ts'
import { systemClock } from '../io/clock.ts'
import { SimulatedClock, settled } from '../testing/clock.ts'
import { storeConformance } from './conformance.ts'
import { openLmdbStore } from './lmdb-store.ts'
import type { Store } from './store.ts'

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-store-'))
  try {
    await body(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function using(directory: string, body: (store: Store) => Promise<void>): Promise<void> {
  const store = await openLmdbStore(directory, { clock: systemClock })
  try {
    await body(store)
  } finally {
    await store.close()
  }
}

storeConformance('lmdb store', body => inFolder(folder => using(join(folder, 'store'), body)))

void describe('lmdb store: the directory', () => {
  void test('is made for its owner alone, and found again', () =>
    inFolder(async folder => {
      const directory = join(folder, 'state', 'store')
      await using(directory, async store => {
        await store.commit([], [{ key: 'a', value: { n: 1 } }])
        await store.commit([], [{ key: '𝄞', value: { n: 2 } }])
        await store.commit([], [{ key: '\uffff', value: { n: 3 } }])
      })
      assert.equal(statSync(directory).mode & 0o777, 0o700)
      assert.equal(statSync(join(directory, 'data.mdb')).mode & 0o777, 0o600)
      await using(directory, async store => {
        const found = store
          .read()
          .list('')
          .map(({ key, revision }) => [key, revision])
        assert.deepEqual(found, [
          ['a', 1],
          ['𝄞', 2],
          ['\uffff', 3],
        ])
        assert.equal(await store.commit([{ key: 'a', revision: 1 }], [{ key: 'a', value: {} }]), 4)
      })
    }))

  void test('may be opened twice; each sees what the other commits', () =>
    inFolder(async folder => {
      const clock = new SimulatedClock()
      const one = await openLmdbStore(folder, { clock })
      const two = await openLmdbStore(folder, { clock })
      await one.commit([], [{ key: 'a', value: { n: 1 } }])
      assert.equal(two.read().revision, 0)
      const told: string[][] = []
      two.watch(0, (_, keys) => told.push([...keys]))
      clock.advance(25)
      await settled()
      assert.equal(two.read().get('a')?.revision, 1)
      assert.deepEqual(told, [['a']])
      // `one` is behind, and its guards are judged by what is there.
      await two.commit([], [{ key: 'a', value: { n: 2 } }])
      assert.deepEqual(await one.commit([{ key: 'a', revision: 1 }], []), {
        conflict: { key: 'a', revision: 1 },
      })
      await one.close()
      assert.equal(await two.commit([], []), 3)
      await two.close()
    }))

  void test('a store that falls behind what is remembered reads everything again', () =>
    inFolder(async folder => {
      const clock = new SimulatedClock()
      const behind = await openLmdbStore(folder, { clock })
      await behind.commit(
        [],
        ['gone', 'kept', 'new'].map(key => ({ key, value: { n: 0 } })),
      )
      const kept = behind.read().get('kept')
      const told: string[] = []
      behind.watch(1, (_, keys) => told.push(...keys))
      await using(folder, async writer => {
        await writer.commit([], [{ key: 'gone', value: undefined }])
        const values = Array.from({ length: 5000 }, (_, n) => ({ n }))
        await Promise.all(values.map(value => writer.commit([], [{ key: 'new', value }])))
      })
      clock.advance(25)
      await settled()
      assert.equal(behind.read().revision, 5002)
      assert.deepEqual(told.sort(), ['gone', 'new'])
      assert.equal(behind.read().get('kept'), kept, 'what did not change is not parsed again')
      assert.equal(behind.read().get('gone'), undefined)
      assert.deepEqual(behind.read().get('new')?.value, { n: 4999 })
      await behind.close()
    }))
})

void describe('lmdb store: a directory of no use is one clear error', () => {
  const refuses = (
    title: string,
    make: (folder: string) => Promise<void> | void,
    message: RegExp,
    skip = false,
  ): void => {
    void test(title, { skip: skip && 'root may open everything' }, () =>
      inFolder(async folder => {
        await make(folder)
        const opened = openLmdbStore(folder, { clock: new SimulatedClock() })
        await assert.rejects(opened, error => {
          assert.ok(error instanceof EverportError)
          assert.equal(error.code, 'state_error')
          assert.match(error.message, message)
          assert.ok(error.message.includes(folder), 'it says where')
          assert.ok(error.hint !== undefined, 'it says what to do')
          return true
        })
      }),
    )
  }
  const data = (folder: string): string => join(folder, 'data.mdb')
  const filled = (folder: string): Promise<void> =>
    using(folder, async store => {
      const changes = Array.from({ length: 300 }, (_, i) => ({
        key: `k${i}`,
        value: { x: 'x'.repeat(1000) },
      }))
      await store.commit([], changes)
    })

  refuses('random bytes', folder => writeFileSync(data(folder), Buffer.alloc(50_000, 7)), /not an LMDB file/)
  refuses('a few bytes', folder => writeFileSync(data(folder), 'hello'), /only 5 bytes/)
  refuses('a directory', folder => mkdirSync(data(folder)), /cannot be opened|not a usable/)
  refuses(
    'a file cut off',
    async folder => {
      await filled(folder)
      truncateSync(data(folder), 40_960)
    },
    /ends after 40960 bytes/,
  )
  refuses(
    'a file in place of the directory',
    folder => {
      rmSync(folder, { recursive: true })
      writeFileSync(folder, '')
    },
    /cannot be opened/,
  )
  refuses(
    'no permission',
    folder => {
      writeFileSync(data(folder), '')
      chmodSync(folder, 0o500)
      chmodSync(data(folder), 0)
    },
    /permission denied/,
    process.getuid?.() === 0,
  )
  refuses(
    'a newer format',
    folder => withFormat(folder, '{"everport":"store","format":2}'),
    /format 2; this Everport reads format 1/,
  )
  refuses('an unreadable format', folder => withFormat(folder, 'what?'), /format is not readable/)
  refuses('the database of another program', folder => withFormat(folder, undefined), /another program/)
})

async function withFormat(folder: string, format: string | undefined): Promise<void> {
  const { open } = await import('lmdb')
  const database = open<string, Uint8Array>(folder, {
    encoding: 'string',
    keyEncoding: 'binary',
    useVersions: true,
    noSubdir: false,
  })
  await database.put(Buffer.from(format === undefined ? 'other' : 'mformat'), format ?? 'x', 1)
  await database.close()
}
