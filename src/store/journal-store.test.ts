import assert from 'node:assert/strict'
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { EverportError } from '../base/errors.ts'
import { systemClock } from '../io/clock.ts'
import { SimulatedClock, settled } from '../testing/clock.ts'
import { storeConformance } from './conformance.ts'
import { lineOf } from './journal-line.ts'
import { endJson } from './journal-record.ts'
import { type JournalStoreOptions, openJournalStore } from './journal-store.ts'
import { isConflict, type Store } from './store.ts'

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-store-'))
  try {
    await body(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function using(
  directory: string,
  body: (store: Store) => Promise<void>,
  options: JournalStoreOptions = { clock: systemClock },
): Promise<void> {
  const store = await openJournalStore(directory, options)
  try {
    await body(store)
  } finally {
    await store.close()
  }
}

/** Where the system cannot tell of changes, time alone makes a store look. */
const untold = (clock: SimulatedClock): JournalStoreOptions => ({
  clock,
  watchDirectory() {
    throw new Error('this file system tells nothing')
  },
})

const write = (store: Store, key: string, n: number): ReturnType<Store['commit']> =>
  store.commit([], [{ key, value: { n } }])

const first = (folder: string): string => join(folder, 'journal-0000000001')

storeConformance('journal store', body => inFolder(folder => using(join(folder, 'store'), body)))
storeConformance('journal store that begins a new journal at every commit', body =>
  inFolder(folder => using(join(folder, 'store'), body, { clock: systemClock, addedBytesMax: 0 })),
)

void describe('journal store: the directory', () => {
  void test('is made for its owner alone, and found again', () =>
    inFolder(async folder => {
      const directory = join(folder, 'state', 'store')
      await using(directory, async store => {
        await write(store, 'a', 1)
        await write(store, '𝄞', 2)
        await write(store, '\uffff', 3)
      })
      assert.equal(statSync(directory).mode & 0o777, 0o700)
      assert.equal(statSync(first(directory)).mode & 0o777, 0o600)
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

  void test('may be opened twice; each reads what the other has committed before, and is told of it without reading', () =>
    inFolder(async folder => {
      const clock = new SimulatedClock()
      const one = await openJournalStore(folder, untold(clock))
      const two = await openJournalStore(folder, untold(clock))
      const told: string[][] = []
      two.watch(0, (_, keys) => told.push([...keys]))
      await write(one, 'a', 1)
      // Time stands still: nobody has looked.
      assert.equal(two.read().get('a')?.revision, 1)
      await settled()
      assert.deepEqual(told, [['a']])
      await write(one, 'b', 1)
      await settled()
      assert.deepEqual(told, [['a']])
      clock.advance(25)
      await settled()
      assert.deepEqual(told, [['a'], ['b']])
      // `one` is behind, and its guards are judged by what is there.
      await write(two, 'a', 2)
      assert.deepEqual(await one.commit([{ key: 'a', revision: 1 }], []), {
        conflict: { key: 'a', revision: 1 },
      })
      await one.close()
      assert.equal(await two.commit([], []), 4)
      await two.close()
      assert.equal(two.read().revision, 4)
    }))

  void test('one that is behind reads every commit', () =>
    inFolder(async folder => {
      const clock = new SimulatedClock()
      const behind = await openJournalStore(folder, untold(clock))
      await behind.commit(
        [],
        ['gone', 'kept', 'new'].map(key => ({ key, value: { n: 0 } })),
      )
      const told: string[] = []
      behind.watch(1, (_, keys) => told.push(...keys))
      await using(folder, async writer => {
        await writer.commit([], [{ key: 'gone', value: undefined }])
        await Promise.all(Array.from({ length: 5000 }, (_, n) => write(writer, 'new', n)))
      })
      clock.advance(25)
      await settled()
      assert.equal(behind.read().revision, 5002)
      assert.deepEqual(told.sort(), ['gone', 'new'])
      assert.deepEqual(behind.read().get('new')?.value, { n: 4999 })
      await behind.close()
    }))
})

void describe('journal store: one journal after another', () => {
  const clock = new SimulatedClock()
  const short: JournalStoreOptions = { ...untold(clock), addedBytesMax: 2000 }

  void test('an old one is replaced by a new one that begins with all there is', () =>
    inFolder(async folder => {
      await using(
        folder,
        async store => {
          for (let n = 1; n <= 500; n++) await write(store, `k${n % 7}`, n)
        },
        short,
      )
      const names = readdirSync(folder)
      assert.equal(names.length, 1, names.join())
      assert.ok(Number(names[0]?.slice(-10)) > 10, names.join())
      assert.ok(statSync(join(folder, names[0] ?? '')).size < 4000)
      await using(folder, async store => {
        assert.equal(store.read().revision, 500)
        assert.deepEqual(store.read().get('k3')?.value, { n: 500 })
        assert.equal(store.read().get('k3')?.revision, 500)
      })
    }))

  void test('several writers, each with a journal of its own idea, lose nothing', () =>
    inFolder(async folder => {
      const stores = await Promise.all(
        Array.from({ length: 4 }, () => openJournalStore(folder, { clock: systemClock, addedBytesMax: 500 })),
      )
      const increment = async (store: Store): Promise<void> => {
        for (;;) {
          const counter = store.read().get<{ n: number }>('counter')
          const guard = { key: 'counter', revision: counter?.revision ?? ('absent' as const) }
          const value = { n: (counter?.value.n ?? 0) + 1 }
          if (!isConflict(await store.commit([guard], [{ key: 'counter', value }]))) return
        }
      }
      try {
        await Promise.all(
          stores.map(async store => {
            for (let n = 0; n < 50; n++) await increment(store)
          }),
        )
      } finally {
        await Promise.all(stores.map(store => store.close()))
      }
      await using(folder, async store => {
        assert.deepEqual(store.read().get('counter')?.value, { n: 200 })
        assert.equal(store.read().revision, 200)
      })
    }))

  void test('who slept while journals came and went is told what differs', () =>
    inFolder(async folder => {
      const sleeper = await openJournalStore(folder, untold(clock))
      for (const key of ['changed', 'gone', 'kept']) await write(sleeper, key, 1)
      const kept = sleeper.read().get('kept')
      const told: string[] = []
      sleeper.watch(3, (_, keys) => told.push(...keys))
      await using(
        folder,
        async store => {
          await store.commit([], [{ key: 'gone', value: undefined }])
          for (let n = 0; n < 200; n++) await write(store, 'changed', n)
          await write(store, 'new', 1)
        },
        { clock: systemClock, addedBytesMax: 500 },
      )
      clock.advance(25)
      await settled()
      assert.deepEqual(told.sort(), ['changed', 'gone', 'new'])
      assert.equal(sleeper.read().revision, 205)
      assert.equal(sleeper.read().get('kept'), kept, 'what did not change is the same')
      // What he appends to the journal he had is void, and goes to the one there is.
      assert.equal(await write(sleeper, 'kept', 2), 206)
      await sleeper.close()
    }))

  void test('a journal whose end was written by one who died then is continued by the next who commits', () =>
    inFolder(async folder => {
      const reader = await openJournalStore(folder, untold(clock))
      await write(reader, 'a', 1)
      appendFileSync(
        first(folder),
        Buffer.concat([lineOf('dead', endJson), lineOf('late', '{"guards":[],"writes":[["a"]]}')]),
      )
      clock.advance(25)
      assert.deepEqual(reader.read().get('a')?.value, { n: 1 }, 'what comes after the end never was')
      await using(folder, async store => {
        assert.deepEqual(store.read().get('a')?.value, { n: 1 })
        assert.equal(await write(store, 'b', 1), 2)
      })
      assert.equal(await write(reader, 'c', 1), 3)
      assert.equal(reader.read().get('b')?.revision, 2)
      await reader.close()
    }))

  void test('an older journal that comes back, by one who was stopped while he made it, is nobody’s', () =>
    inFolder(async folder => {
      await using(folder, async store => void (await write(store, 'a', 1)))
      const old = readFileSync(first(folder))
      await using(
        folder,
        async store => {
          for (let n = 0; n < 100; n++) await write(store, 'a', n)
          writeFileSync(first(folder), old)
          assert.equal(await write(store, 'b', 1), 102)
        },
        short,
      )
      await using(folder, async store => assert.equal(store.read().revision, 102))
    }))
})

void describe('journal store: what a dead writer or a loss of power leaves', () => {
  const part = lineOf('dead', '{"guards":[],"writes":[["a",{"n":9}]]}').subarray(0, 30)
  for (const [title, rest] of [
    ['a part of a line', part],
    ['a newline', Buffer.from('\n')],
    ['zeros', Buffer.alloc(5000)],
    ['a part of a line, then zeros', Buffer.concat([part, Buffer.alloc(100)])],
  ] as const) {
    void test(`${title} is passed over, by those who were there and those who come`, () =>
      inFolder(async folder => {
        await using(folder, async store => {
          await write(store, 'a', 1)
          appendFileSync(first(folder), rest)
          assert.equal(await write(store, 'b', 2), 2)
        })
        appendFileSync(first(folder), rest)
        await using(folder, async store => {
          assert.deepEqual(store.read().get('a')?.value, { n: 1 })
          assert.deepEqual(store.read().get('b')?.value, { n: 2 })
          assert.equal(await write(store, 'c', 3), 3)
        })
      }))
  }
})

void describe('journal store: a directory of no use is one clear error', () => {
  const refuses = (
    title: string,
    make: (folder: string) => Promise<void> | void,
    message: RegExp,
    skip = false,
  ): void => {
    void test(title, { skip: skip && 'root may open everything' }, () =>
      inFolder(async folder => {
        await make(folder)
        const opened = openJournalStore(folder, untold(new SimulatedClock()))
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
  const filled = (folder: string): Promise<void> =>
    using(
      folder,
      async store => {
        for (let n = 0; n < 10; n++) {
          const changes = Array.from({ length: 30 }, (_, i) => ({
            key: `k${i}`,
            value: { n, x: 'x'.repeat(1000) },
          }))
          await store.commit([], changes)
        }
      },
      { clock: systemClock, addedBytesMax: 0 },
    )
  const newest = (folder: string): string => join(folder, readdirSync(folder)[0] ?? '')
  const changeByte = (path: string, at: number): void => {
    const bytes = readFileSync(path)
    bytes[at] = 0x21
    writeFileSync(path, bytes)
  }

  refuses('random bytes', folder => writeFileSync(first(folder), Buffer.alloc(50_000, 7)), /does not begin/)
  refuses('an empty file', folder => writeFileSync(first(folder), ''), /does not begin/)
  refuses('a directory', folder => mkdirSync(first(folder)), /cannot be opened/)
  refuses(
    'a file cut off in what it begins with',
    async folder => {
      await filled(folder)
      truncateSync(newest(folder), 20_000)
    },
    /ends after 20000 bytes/,
  )
  refuses(
    'a byte that changed in what it begins with',
    async folder => {
      await filled(folder)
      changeByte(newest(folder), 10_000)
    },
    /damaged at byte \d+/,
  )
  refuses(
    'a byte that changed in a commit',
    async folder => {
      await using(folder, async store => {
        await write(store, 'a', 1)
        await write(store, 'b', 1)
      })
      changeByte(first(folder), readFileSync(first(folder)).indexOf('"a"') + 1)
    },
    /damaged at byte \d+/,
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
    async folder => {
      await filled(folder)
      chmodSync(newest(folder), 0)
    },
    /permission denied/,
    process.getuid?.() === 0,
  )
  refuses(
    'a newer format',
    folder => writeFileSync(first(folder), lineOf('-', '{"everport":"store","format":3}')),
    /format 3; this Everport reads format 2/,
  )
  refuses(
    'the store of an older Everport',
    folder => writeFileSync(join(folder, 'data.mdb'), ''),
    /format 1;/,
  )
})

void test('a journal that is damaged under those who follow it: they go on reading, and commits are refused by name', () =>
  inFolder(async folder => {
    const clock = new SimulatedClock()
    const store = await openJournalStore(folder, untold(clock))
    await write(store, 'a', 1)
    appendFileSync(
      first(folder),
      `${lineOf('x', '{"guards":[],"writes":[]}').toString().replace('guards', 'gUards')}\n`,
    )
    clock.advance(25)
    assert.deepEqual(store.read().get('a')?.value, { n: 1 })
    await assert.rejects(write(store, 'a', 2), /damaged at byte/)
    await store.close()
  }))
