// A process of the store benchmark: child.ts MODE DIRECTORY ARGUMENT... Prints its result as lines.
import { pause } from '../../src/base/clock.ts'
import { systemClock } from '../../src/io/clock.ts'
import { openJournalStore } from '../../src/store/journal-store.ts'

const [mode, directory = '', ...args] = process.argv.slice(2)
const store = await openJournalStore(directory, { clock: systemClock })

/** Commits of `width` at a time to keys of its own for `durationMs`, from a start that all processes share; prints how many. */
async function commitFor(prefix: string, width: number, durationMs: number): Promise<void> {
  await store.commit([], [{ key: `${prefix}/0`, value: { n: 0 } }])
  console.log('ready')
  await new Promise(resolve => process.stdin.once('data', resolve))
  process.stdin.unref()
  const until = systemClock.now() + durationMs
  let count = 0
  const writer = async (slot: number): Promise<void> => {
    for (let n = 0; systemClock.now() < until; n++) {
      await store.commit([], [{ key: `${prefix}/${slot}`, value: { n, text: 'x'.repeat(300) } }])
      count++
    }
  }
  await Promise.all(Array.from({ length: width }, (_, slot) => writer(slot)))
  console.log(count)
  await store.close()
}

/** Prints how long after it was asked for each ping is seen. */
function watch(): void {
  store.watch(store.read().revision, snapshot => {
    const ping = snapshot.get<{ sentAt: string }>('ping')
    if (ping !== undefined) console.log(Number(process.hrtime.bigint() - BigInt(ping.value.sentAt)) / 1e6)
  })
  console.log('ready')
}

/** Prints the share of one processor that an open store takes, and how many commits it saw meanwhile. */
async function follow(durationMs: number): Promise<void> {
  let keysSeen = 0
  store.watch(store.read().revision, (_, keys) => {
    keysSeen += keys.size
  })
  console.log('ready')
  await new Promise(resolve => process.stdin.once('data', resolve))
  process.stdin.unref()
  const before = process.cpuUsage()
  await pause(systemClock, durationMs)
  const { user, system } = process.cpuUsage(before)
  console.log(`${((user + system) / 1000 / durationMs) * 100} ${keysSeen}`)
  await store.close()
}

if (mode === 'commit') await commitFor(args[0] ?? '', Number(args[1]), Number(args[2]))
if (mode === 'watch') watch()
if (mode === 'follow') await follow(Number(args[0]))
