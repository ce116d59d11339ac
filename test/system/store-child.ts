// A process that uses a store, for store-crash.test.ts: store-child.ts MODE DIRECTORY NAME COUNT. Prints a line for each thing done.
import { writeSync } from 'node:fs'
import { open } from 'lmdb'
import type { EverportError } from '../../src/base/errors.ts'
import { systemClock } from '../../src/io/clock.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { isConflict, type Store } from '../../src/store/store.ts'

const [mode, directory = '', name = '', count = '0'] = process.argv.slice(2)

/** At once, so that nothing acknowledged is lost in a buffer when the process is killed. */
function say(...words: (string | number)[]): void {
  writeSync(1, `${words.join(' ')}\n`)
}

/** Eight writers at a time; each commit writes three documents that must agree. Says: writer, number, revision. */
async function write(store: Store): Promise<void> {
  const writer = async (slot: string): Promise<void> => {
    for (let n = 1; n <= Number(count); n++) {
      const keys = [`log/a/${slot}/${n}`, `log/b/${slot}/${n}`, `last/${slot}`]
      const outcome = await store.commit(
        [],
        keys.map(key => ({ key, value: { n } })),
      )
      if (!isConflict(outcome)) say(slot, n, outcome)
    }
  }
  await Promise.all(Array.from({ length: 8 }, (_, i) => writer(`${name}-${i}`)))
}

/** Adds one to a counter that all processes share, and one to its own, in one commit. Says: number. */
async function increment(store: Store): Promise<void> {
  const add = async (n: number): Promise<boolean> => {
    const counter = store.read().get<{ n: number }>('counter')
    const outcome = await store.commit(
      [{ key: 'counter', revision: counter?.revision ?? 'absent' }],
      [
        { key: 'counter', value: { n: (counter?.value.n ?? 0) + 1 } },
        { key: `by/${name}`, value: { n } },
      ],
    )
    return !isConflict(outcome)
  }
  for (let n = 1; n <= Number(count); n++) {
    while (!(await add(n)));
    say(n)
  }
}

/** Writes until the disk takes no more, then frees something and goes on. Says: number, error code, revision. */
async function fill(store: Store): Promise<void> {
  const put = (n: number): Promise<unknown> =>
    store.commit([], [{ key: `fill/${n}`, value: { x: 'x'.repeat(20_000) } }])
  try {
    for (let n = 1; n <= 1000; n++) {
      await put(n)
      say(n)
    }
  } catch (error) {
    say((error as EverportError).code)
  }
  await store.commit([], [{ key: 'fill/1', value: undefined }])
  say(store.read().revision)
}

/** Says, of each commit seen, how long after its writer asked for it: both clocks are the machine's monotonic one. */
function watch(store: Store): void {
  store.watch(store.read().revision, snapshot => {
    const ping = snapshot.get<{ sentAt: string }>('ping')
    if (ping !== undefined) say(Number(process.hrtime.bigint() - BigInt(ping.value.sentAt)) / 1e6)
  })
}

/** Holds a read transaction until it is killed. */
function holdReader(): void {
  const database = open<string, Uint8Array>(directory, {
    encoding: 'string',
    keyEncoding: 'binary',
    useVersions: true,
    noSubdir: false,
  })
  database.useReadTransaction()
  setInterval(() => undefined, 1000)
}

if (mode === 'hold') {
  holdReader()
  say('ready')
} else {
  const store = await openLmdbStore(directory, { clock: systemClock })
  say('ready')
  if (mode === 'watch') watch(store)
  if (mode === 'write') await write(store)
  if (mode === 'fill') await fill(store)
  if (mode === 'increment') await increment(store)
  if (mode !== 'watch') await store.close()
}
