import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { EverportError } from '../base/errors.ts'
import { type Change, type Document, isConflict, type Revision, type Store, storeLimits } from './store.ts'

/** Registers what every implementation of Store must hold. `use` opens an empty store for one test and puts it away after. */
export function storeConformance(
  name: string,
  use: (body: (store: Store) => Promise<void>) => Promise<void>,
): void {
  const holds = (title: string, body: (store: Store) => Promise<void>): void => {
    void test(title, () => use(body))
  }

  void describe(`${name}: commits`, () => {
    holds('an empty store is at revision 0', async store => {
      assert.equal(store.read().revision, 0)
      assert.equal(store.read().get('a'), undefined)
      assert.deepEqual(store.read().list(''), [])
    })

    holds('every commit adds one revision, and its documents carry it', async store => {
      assert.equal(await store.commit([], [put('a', 1), put('b', 2)]), 1)
      assert.equal(await store.commit([], [put('a', 3)]), 2)
      assert.equal(await store.commit([], []), 3)
      assert.deepEqual(store.read().get('a'), { key: 'a', value: { n: 3 }, revision: 2 })
      assert.deepEqual(store.read().get('b'), { key: 'b', value: { n: 2 }, revision: 1 })
      assert.equal(store.read().revision, 3)
    })

    holds('a guard holds at exactly its revision, or when there is no document', async store => {
      await store.commit([], [put('a', 1)])
      assert.equal(await store.commit([{ key: 'a', revision: 1 }], [put('a', 2)]), 2)
      assert.equal(await store.commit([{ key: 'b', revision: 'absent' }], [put('b', 1)]), 3)
      for (const [key, revision] of [
        ['a', 1],
        ['a', 3],
        ['a', 'absent'],
        ['c', 1],
      ] as const) {
        assert.deepEqual(await store.commit([{ key, revision }], [put('a', 9)]), {
          conflict: { key, revision },
        })
      }
      assert.equal(store.read().revision, 3)
      assert.deepEqual(store.read().get('a')?.value, { n: 2 })
    })

    holds('a conflict writes nothing of its commit, and names the first guard that broke', async store => {
      await store.commit([], [put('a', 1), put('b', 1)])
      const outcome = await store.commit(
        [
          { key: 'a', revision: 1 },
          { key: 'b', revision: 'absent' },
          { key: 'c', revision: 7 },
        ],
        [put('a', 2), remove('b'), put('c', 2)],
      )
      assert.deepEqual(outcome, { conflict: { key: 'b', revision: 'absent' } })
      assert.deepEqual(valuesOf(store), { a: { n: 1 }, b: { n: 1 } })
    })

    holds('commits made in one turn are judged one after another', async store => {
      const guard = [{ key: 'a', revision: 'absent' }] as const
      const outcomes = await Promise.all([
        store.commit(guard, [put('a', 1)]),
        store.commit(guard, [put('a', 2)]),
        store.commit([{ key: 'a', revision: 1 }], [put('a', 3)]),
        store.commit([], [put('status/x', 1)]),
      ])
      assert.deepEqual(outcomes, [1, { conflict: guard[0] }, 2, 3])
      assert.deepEqual(store.read().get('a')?.value, { n: 3 })
    })

    holds('a deleted document is absent; deleting what is absent is no error', async store => {
      await store.commit([], [put('a', 1)])
      assert.equal(await store.commit([{ key: 'a', revision: 1 }], [remove('a'), remove('never')]), 2)
      assert.equal(store.read().get('a'), undefined)
      assert.equal(await store.commit([{ key: 'a', revision: 'absent' }], [put('a', 2)]), 3)
    })

    holds('concurrent writers that retry lose no update', async store => {
      const increment = async (): Promise<void> => {
        for (;;) {
          const counter = store.read().get<{ n: number }>('counter')
          const guard = { key: 'counter', revision: counter?.revision ?? ('absent' as const) }
          if (!isConflict(await store.commit([guard], [put('counter', (counter?.value.n ?? 0) + 1)]))) return
        }
      }
      await Promise.all(Array.from({ length: 50 }, increment))
      assert.deepEqual(store.read().get('counter')?.value, { n: 50 })
    })
  })

  void describe(`${name}: heartbeats`, () => {
    holds('the last beat of each key is found until its owner ends, and none is a commit', async store => {
      const { heartbeats } = store
      assert.equal(heartbeats.last('status/a/b'), undefined)
      heartbeats.beat('status/a/b', { heartbeat: 0, appliedRevision: 0 })
      heartbeats.beat('status/a', { heartbeat: 7, appliedRevision: 1 })
      heartbeats.beat('status/a/b', { heartbeat: 2 ** 53 - 1, appliedRevision: 2 ** 53 - 1 })
      assert.deepEqual(heartbeats.last('status/a/b'), {
        heartbeat: 2 ** 53 - 1,
        appliedRevision: 2 ** 53 - 1,
      })
      assert.deepEqual(heartbeats.last('status/a'), { heartbeat: 7, appliedRevision: 1 })
      heartbeats.end('status/a')
      heartbeats.end('status/never')
      assert.equal(heartbeats.last('status/a'), undefined)
      assert.equal(store.read().revision, 0)
    })
  })

  void describe(`${name}: values`, () => {
    holds('are frozen all the way down and not shared with the writer', async store => {
      const value = { list: [{ n: 1 }], gone: undefined }
      await store.commit([], [{ key: 'a', value }])
      value.list.push({ n: 2 })
      const document = store.read().get<typeof value>('a')
      assert.deepEqual(document?.value, { list: [{ n: 1 }] })
      assert.throws(() => document?.value.list.push({ n: 3 }), TypeError)
      assert.ok(Object.isFrozen(document) && Object.isFrozen(document.value.list[0]))
    })

    holds('may be as long as the limit, and of any characters', async store => {
      const text = '\u0000\u001f "\\ é 𝄞 \ud800 '
      const filler = 'x'.repeat(storeLimits.valueBytesMax - JSON.stringify({ text, filler: '' }).length - 20)
      await store.commit([], [{ key: 'long', value: { text, filler } }])
      assert.deepEqual(store.read().get('long')?.value, { text, filler })
    })

    holds('and keys and commits beyond a limit are refused by name, and nothing is written', async store => {
      const { keyBytesMax, valueBytesMax, changesMax } = storeLimits
      const refusals: [Change[], RegExp][] = [
        [[put('é'.repeat(keyBytesMax / 2 + 1), 1)], /key "é+…" has 514 bytes; at most 512/],
        [[put('', 1)], /must not be empty/],
        [[put('\ud800', 1)], /not well-formed Unicode/],
        [[put('a', 1), remove('a')], /changes "a" twice/],
        [
          [{ key: 'big', value: { x: 'é'.repeat(valueBytesMax / 2) } }],
          /"big" has 1048584 bytes; at most 1048576/,
        ],
        [[{ key: 'n', value: { n: 1n } }], /"n" is not plain JSON/],
        [[{ key: 'f', value: () => 1 }], /"f" is not plain JSON/],
        [Array.from({ length: changesMax + 1 }, (_, i) => put(`k${i}`, i)), /has 10002 changes/],
      ]
      for (const [changes, message] of refusals) {
        await assert.rejects(
          store.commit([], [put('fine', 1), ...changes]),
          error =>
            error instanceof EverportError &&
            (error.code === 'limit_exceeded' || error.code === 'invalid_input') &&
            message.test(error.message),
          String(message),
        )
      }
      assert.equal(store.read().revision, 0)
    })
  })

  void describe(`${name}: snapshots`, () => {
    holds('stay as they were', async store => {
      await store.commit([], [put('a', 1), put('b', 1)])
      const before = store.read()
      await store.commit([], [put('a', 2), remove('b'), put('c', 1)])
      assert.equal(before.revision, 1)
      assert.deepEqual(
        before.list('').map(({ key, revision }) => [key, revision]),
        [
          ['a', 1],
          ['b', 1],
        ],
      )
    })

    holds('list a prefix in the order of UTF-16 code units', async store => {
      const keys = ['a', 'a\u0000', 'a/', 'a/b', 'a0', 'aé', 'a\uffff', 'a𝄞', 'b', '𝄞', '\uffff', 'A/b', ' ']
      await store.commit(
        [],
        keys.map(key => put(key, 1)),
      )
      for (const prefix of ['', 'a', 'a/', 'a\u0000', '𝄞', 'aé', 'zz', ' ', 'a/b/c']) {
        assert.deepEqual(
          store
            .read()
            .list(prefix)
            .map(({ key }) => key),
          keys.filter(key => key.startsWith(prefix)).sort(),
          JSON.stringify(prefix),
        )
      }
    })

    void test('are what a plain map would be', async () => {
      const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 2 })
      const value = fc.option(
        fc.integer().map(n => ({ n })),
        { nil: undefined },
      )
      const changes = fc.uniqueArray(
        fc.tuple(key, value).map(([changed, to]) => ({ key: changed, value: to })),
        { selector: change => change.key, maxLength: 300, size: 'max' },
      )
      const commits = fc.array(changes, { maxLength: 5 })
      await fc.assert(
        fc.asyncProperty(commits, key, (list, prefix) => use(store => likeMap(store, list, prefix))),
        { numRuns: 30 },
      )
    })
  })

  void describe(`${name}: watching`, () => {
    holds('tells the newest snapshot and every key since the last call', async store => {
      const seen = watched(store, 0)
      await store.commit([], [put('a', 1)])
      await seen.reaches(1)
      await Promise.all([store.commit([], [put('b', 1)]), store.commit([], [remove('a'), put('c', 1)])])
      await seen.reaches(3)
      assert.deepEqual(seen.keys().sort(), ['a', 'a', 'b', 'c'])
      seen.cancel()
    })

    holds('from an old revision tells what was missed, deletions too', async store => {
      await store.commit([], [put('a', 1)])
      await store.commit([], [put('b', 1)])
      await store.commit([], [remove('a')])
      const seen = watched(store, 1)
      await seen.reaches(3)
      assert.deepEqual(seen.keys().sort(), ['a', 'b'])
      seen.cancel()
    })

    holds('from the newest revision waits for the next commit', async store => {
      await store.commit([], [put('a', 1)])
      const seen = watched(store, 1)
      await store.commit([], [put('b', 1)])
      await seen.reaches(2)
      assert.deepEqual(seen.keys(), ['b'])
      seen.cancel()
    })

    holds('ends when cancelled, also in the middle of a call, and twice is once', async store => {
      const calls: string[] = []
      const cancels = ['first', 'second'].map(watcher =>
        store.watch(0, () => {
          calls.push(watcher)
          for (const cancel of cancels) cancel()
        }),
      )
      const seen = watched(store, 0)
      await store.commit([], [put('a', 1)])
      await seen.reaches(1)
      await store.commit([], [put('a', 2)])
      await seen.reaches(2)
      assert.deepEqual(calls, ['first'])
      seen.cancel()
    })

    holds('never calls while a call is running', async store => {
      let isInside = false
      const committed: Promise<unknown>[] = []
      const cancel = store.watch(0, snapshot => {
        assert.equal(isInside, false)
        isInside = true
        if (snapshot.revision < 5) committed.push(store.commit([], [put('a', snapshot.revision)]))
        isInside = false
      })
      const seen = watched(store, 0)
      await store.commit([], [put('a', 0)])
      await seen.reaches(5)
      await Promise.all(committed)
      cancel()
      seen.cancel()
    })

    holds('after more commits than are remembered tells every key there is', async store => {
      await store.commit([], [put('kept', 1)])
      for (let i = 0; i < 5; i++) {
        await Promise.all(Array.from({ length: 1000 }, (_, j) => store.commit([], [put(`k${j % 3}`, j)])))
      }
      const seen = watched(store, 0)
      await seen.reaches(5001)
      assert.deepEqual([...new Set(seen.keys())].sort(), ['k0', 'k1', 'k2', 'kept'])
      seen.cancel()
    })
  })

  void describe(`${name}: closing`, () => {
    holds('waits for commits under way, ends watches, refuses new commits; twice is once', async store => {
      let calls = 0
      store.watch(0, () => calls++)
      const underWay = store.commit([], [put('a', 1)])
      await store.close()
      assert.equal(await underWay, 1)
      await store.close()
      await assert.rejects(store.commit([], [put('a', 1)]), { code: 'state_error' })
      assert.equal(calls, 0)
      assert.deepEqual(store.read().get('a')?.value, { n: 1 })
    })
  })
}

function put(key: string, n: number): Change {
  return { key, value: { n } }
}

function remove(key: string): Change {
  return { key, value: undefined }
}

function pairs(documents: readonly Document[]): [string, unknown][] {
  return documents.map(({ key, value }) => [key, value])
}

function valuesOf(store: Store): Record<string, unknown> {
  return Object.fromEntries(pairs(store.read().list('')))
}

async function likeMap(store: Store, commits: Change[][], prefix: string): Promise<void> {
  const map = new Map<string, object>()
  for (const changes of commits) {
    await store.commit([], changes)
    for (const { key, value } of changes) {
      if (value === undefined) map.delete(key)
      else map.set(key, value)
    }
    const expected = [...map].sort(([a], [b]) => (a < b ? -1 : 1))
    assert.deepEqual(pairs(store.read().list('')), expected)
    const below = expected.filter(([key]) => key.startsWith(prefix))
    assert.deepEqual(pairs(store.read().list(prefix)), below)
    for (const [key, value] of expected) assert.deepEqual(store.read().get(key)?.value, value)
  }
}

interface Watched {
  /** Every key told so far, in the order of the calls. */
  keys(): string[]
  reaches(revision: Revision): Promise<void>
  cancel(): void
}

function watched(store: Store, from: Revision): Watched {
  const keys: string[] = []
  const reached = { revision: from, wake: (): void => undefined }
  const cancel = store.watch(from, (snapshot, changed) => {
    assert.ok(snapshot.revision > reached.revision, 'every call tells a newer snapshot')
    reached.revision = snapshot.revision
    keys.push(...changed)
    reached.wake()
  })
  return {
    keys: () => keys,
    cancel,
    reaches: wanted =>
      new Promise(resolve => {
        reached.wake = () => {
          if (reached.revision >= wanted) resolve()
        }
        reached.wake()
      }),
  }
}
