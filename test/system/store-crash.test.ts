import assert from 'node:assert/strict'
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { test } from 'node:test'
import { below, seededRandom } from '../../src/base/random.ts'
import { systemClock } from '../../src/io/clock.ts'
import { openJournalStore } from '../../src/store/journal-store.ts'
import type { Store } from '../../src/store/store.ts'
import { requireTool } from '../required-tool.ts'

const timeout = 300_000
const seed = Number(process.env['EVERPORT_SEED'] ?? Date.now() % 1_000_000)
const random = seededRandom(seed)

for (const [title, addedBytesMax] of [
  ['', 16_000_000],
  [', each journal short', 100_000],
] as const) {
  test(
    `10,000 commits, killed again and again${title}: each acknowledged one is there, and no half of one`,
    {
      timeout,
    },
    () =>
      inFolder(async (folder, start, t) => {
        const acknowledged = new Map<string, number>()
        for (let round = 0; acknowledged.size < 10_000; round++) {
          const killAt = acknowledged.size + 1 + below(random, 3000)
          const writer = start('write', { name: String(round), count: 1_000_000, addedBytesMax })
          for await (const line of writer.lines) {
            const [slot, n, revision] = line.split(' ')
            if (revision === undefined) continue
            acknowledged.set(`${slot}/${n}`, Number(revision))
            // What the pipe still holds when it is dead was acknowledged too, and is read.
            if (acknowledged.size === killAt) writer.process.kill('SIGKILL')
          }
          await reading(folder, store => checkLog(store, acknowledged))
        }
        t(`${acknowledged.size} acknowledged commits, ${readdirSync(folder).join()}`)
      }),
  )
}

function checkLog(store: Store, acknowledged: ReadonlyMap<string, number>): void {
  const revisionsUnder = (prefix: string): Map<string, number> =>
    new Map(
      store
        .read()
        .list(prefix)
        .map(({ key, revision }) => [key.slice(prefix.length), revision]),
    )
  const a = revisionsUnder('log/a/')
  assert.deepEqual(a, revisionsUnder('log/b/'), 'both halves of every commit')
  for (const [which, revision] of acknowledged) {
    assert.equal(a.get(which), revision, `commit ${which}, which was acknowledged`)
  }
  for (const last of store.read().list<{ n: number }>('last/')) {
    const slot = last.key.slice('last/'.length)
    assert.equal(a.get(`${slot}/${last.value.n}`), last.revision, 'the third document agrees')
    assert.equal(a.get(`${slot}/${last.value.n + 1}`), undefined, 'and no later commit is there without it')
  }
}

for (const [title, addedBytesMax] of [
  ['', 16_000_000],
  [', each journal short', 3000],
] as const) {
  test(
    `guarded increments of several processes${title}, some of them killed, some stopped, while others open and close: the sum is right and nobody waits for the dead`,
    {
      timeout,
    },
    () =>
      inFolder(async (folder, start) => {
        const told = new Map<string, number>()
        const follow = async (
          name: string,
          count: number,
          seen: (n: number, child: Child) => void,
        ): Promise<void> => {
          const child = start('increment', { name, count, addedBytesMax })
          for await (const line of child.lines) {
            if (line === 'ready') continue
            told.set(name, Number(line))
            seen(Number(line), child)
          }
        }
        const victims = async (): Promise<void> => {
          for (let i = 0; i < 4; i++) {
            const killAt = 1 + below(random, 60)
            await follow(`victim-${i}`, 1_000_000, (n, child) => {
              if (n === killAt) child.process.kill('SIGKILL')
            })
          }
        }
        // Wherever it was when it was stopped, the others do not need it.
        const stoppedAt = 1 + below(random, 60)
        let ended: Promise<void> | undefined
        const stopped = new Promise<Child>(resolve => {
          ended = follow('stopped', 1_000_000, (n, child) => {
            if (n !== stoppedAt) return
            child.process.kill('SIGSTOP')
            resolve(child)
          })
        })
        const openers = ['opener-1', 'opener-2'].map(name => start('open', { name, addedBytesMax }))
        const opened = openers.map(async ({ lines }) => {
          for await (const line of lines) assert.match(line, /^(ready|\d+)$/)
        })
        await Promise.all([
          ...['one', 'two', 'three'].map(name => follow(name, 300, () => undefined)),
          victims(),
        ])
        for (const child of [...openers, await stopped]) child.process.kill('SIGKILL')
        await Promise.all([ended, ...opened])
        await reading(folder, store => {
          const kept = store.read().list<{ n: number }>('by/')
          const sum = kept.reduce((total, { value }) => total + value.n, 0)
          assert.deepEqual(store.read().get('counter')?.value, { n: sum })
          assert.equal(kept.length, 8)
          for (const { key, value } of kept) {
            const last = told.get(key.slice('by/'.length)) ?? 0
            assert.ok(value.n === last || value.n === last + 1, `${key}: told ${last}, kept ${value.n}`)
          }
          assert.equal(told.get('one'), 300)
        })
      }),
  )
}

test('a watcher in another process sees a commit within 50 ms', { timeout }, () =>
  inFolder(async (folder, start, t) => {
    const watcher = start('watch')
    const lines = watcher.lines[Symbol.asyncIterator]()
    assert.equal((await lines.next()).value, 'ready')
    const latenciesMs: number[] = []
    await reading(folder, async store => {
      for (let i = 0; i < 100; i++) {
        const sentAt = String(process.hrtime.bigint())
        await store.commit([], [{ key: 'ping', value: { sentAt } }])
        latenciesMs.push(Number((await lines.next()).value))
      }
    })
    latenciesMs.sort((a, b) => a - b)
    const [median = Infinity, p95 = Infinity] = [latenciesMs[50], latenciesMs[95]]
    t(`commit to watcher: median ${median.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`)
    assert.ok(median <= 50, `median ${median} ms`)
    // The bound for one commit is loose: other tests share the processors, and the kernel may not run us for a while.
    assert.ok(p95 <= 500, `p95 ${p95} ms`)
  }),
)

test('a full disk is an error of the commit, which leaves nothing, and the store goes on when there is space', {
  timeout,
}, async t => {
  if (!requireTool(t, 'prlimit')) return
  await inFolder(async (folder, start) => {
    // Files of this process may have 3 MB, until somebody gives it more: to it that is a full disk.
    const through = ['sh', '-c', 'ulimit -S -f 6144 && exec "$0" "$@"']
    const child = start('fill', { through })
    const lines: string[] = []
    for await (const line of child.lines) {
      lines.push(line)
      if (line === 'state_error')
        execFileSync('prlimit', ['--fsize=100000000', '--pid', String(child.process.pid)])
    }
    assert.deepEqual(await child.exited, [0, null])
    const [after = '', code = '', last = ''] = lines.toReversed()
    assert.equal(code, 'state_error')
    assert.ok(Number(last) > 50)
    assert.equal(Number(after), Number(last) + 1)
    await reading(folder, store => {
      assert.equal(store.read().revision, Number(after))
      assert.equal(store.read().list('fill/').length, Number(last) - 1)
    })
  })
})

interface Child {
  readonly process: ChildProcessByStdio<null, Readable, null>
  readonly lines: AsyncIterable<string>
  readonly exited: Promise<unknown>
}

interface Work {
  readonly name?: string
  readonly count?: number
  readonly addedBytesMax?: number
  readonly through?: readonly string[]
}

type Start = (mode: string, work?: Work) => Child

async function inFolder(
  body: (folder: string, start: Start, tell: (text: string) => void) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-store-'))
  const children: Child[] = []
  const start: Start = (mode, { name = '', count = 0, addedBytesMax = 16_000_000, through = [] } = {}) => {
    const script = join(import.meta.dirname, 'store-child.ts')
    const task = [mode, folder, name, String(count), String(addedBytesMax)]
    const node = [process.execPath, '--import', 'tsx', script, ...task]
    const [command = '', ...args] = [...through, ...node]
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const started = {
      process: child,
      lines: createInterface({ input: child.stdout }),
      exited: once(child, 'exit'),
    }
    children.push(started)
    return started
  }
  try {
    await body(folder, start, text => console.log(`seed ${seed}: ${text}`))
  } catch (error) {
    console.log(`failed with EVERPORT_SEED=${seed}`)
    throw error
  } finally {
    for (const child of children) child.process.kill('SIGKILL')
    await Promise.all(children.map(child => child.exited))
    rmSync(folder, { recursive: true, force: true })
  }
}

async function reading(directory: string, body: (store: Store) => Promise<void> | void): Promise<void> {
  const store = await openJournalStore(directory, { clock: systemClock })
  try {
    await body(store)
  } finally {
    await store.close()
  }
}
