// A process that uses a store, for store-crash.test.ts: store-child.ts MODE DIRECTORY NAME COUNT ADDED_BYTES_MAX. Prints a line for each thing done.
import { writeSync } from 'node:fs'
import type { EverportError } from '../../src/base/errors.ts'
import { systemClock } from '../../src/io/clock.ts'
import { openJournalStore } from '../../src/store/journal-store.ts'
import { isConflict, type Store } from '../../src/store/store.ts'

const [mode, directory = '', name = '', count = '0', addedBytesMax = '0'] = process.argv.slice(2)

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

async function failureOf(task: Promise<unknown>): Promise<string | undefined> {
  try {
    await task
    return undefined
  } catch (error) {
    return (error as EverportError).code
  }
}

/** Writes until the disk takes no more, then removes something, again and again until it does. Says: number, error code, revision. */
async function fill(store: Store): Promise<void> {
  const put = (n: number): Promise<unknown> =>
    store.commit([], [{ key: `fill/${n}`, value: { x: 'x'.repeat(20_000) } }])
  let failure: string | undefined
  for (let n = 1; failure === undefined; n++) {
    failure = await failureOf(put(n))
    say(failure ?? n)
  }
  while ((await failureOf(store.commit([], [{ key: 'fill/1', value: undefined }]))) === 'state_error');
  say(store.read().revision)
}

/** Says, of each commit seen, how long after its writer asked for it: both clocks are the machine's monotonic one. */
function watch(store: Store): void {
  store.watch(store.read().revision, snapshot => {
    const ping = snapshot.get<{ sentAt: string }>('ping')
    if (ping !== undefined) say(Number(process.hrtime.bigint() - BigInt(ping.value.sentAt)) / 1e6)
  })
}

/** Opens the store, looks, and closes it, again and again. Says: revision. */
async function openAgain(store: Store): Promise<void> {
  await store.close()
  for (;;) {
    const opened = await openStore()
    say(opened.read().revision)
    await opened.close()
  }
}

function openStore(): Promise<Store> {
  return openJournalStore(directory, { clock: systemClock, addedBytesMax: Number(addedBytesMax) })
}

const store = await openStore()
say('ready')
if (mode === 'watch') watch(store)
if (mode === 'write') await write(store)
if (mode === 'fill') await fill(store)
if (mode === 'increment') await increment(store)
if (mode === 'open') await openAgain(store)
if (mode !== 'watch') await store.close()
