// How fast the store commits, how soon other processes see it, and what 13,000 documents cost.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pause } from '../../src/base/clock.ts'
import { systemClock } from '../../src/io/clock.ts'
import { openJournalStore } from '../../src/store/journal-store.ts'
import type { Store } from '../../src/store/store.ts'

const figures: [name: string, value: number, unit: string][] = []
const documentsAll = 13_000
const durationMs = 3000

function figure(name: string, value: number, unit: string): void {
  const rounded = value >= 100 ? Math.round(value) : Number(value.toPrecision(3))
  figures.push([name, rounded, unit])
  console.log(`${name.padEnd(44)} ${String(rounded).padStart(10)} ${unit}`)
}

interface Child {
  next(): Promise<string>
  go(): void
  end(): Promise<void>
}

function start(...args: string[]): Child {
  const script = join(import.meta.dirname, 'child.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  return {
    next: async () => String((await lines.next()).value),
    go: () => child.stdin.write('go\n'),
    end: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-bench-'))
  try {
    await body(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Commits a second of all processes together. */
async function commitRate(prefix: string, processes: number, width: number): Promise<number> {
  let total = 0
  await inFolder(async folder => {
    const children = Array.from({ length: processes }, (_, i) =>
      start('commit', folder, `${prefix}${i}`, String(width), String(durationMs)),
    )
    for (const child of children) await child.next()
    for (const child of children) child.go()
    for (const child of children) total += Number(await child.next())
    for (const child of children) await child.end()
  })
  return total / (durationMs / 1000)
}

async function watchLatency(): Promise<void> {
  await inFolder(async folder => {
    const child = start('watch', folder)
    await child.next()
    const store = await openJournalStore(folder, { clock: systemClock })
    const seenMs: number[] = []
    for (let i = 0; i < 300; i++) {
      // Not in step with the other process's polling.
      await pause(systemClock, (i * 7) % 23)
      const sentAt = String(process.hrtime.bigint())
      await store.commit([], [{ key: 'ping', value: { sentAt } }])
      seenMs.push(Number(await child.next()))
    }
    seenMs.sort((a, b) => a - b)
    figure('watch-other-process-p50', seenMs[150] ?? NaN, 'ms')
    figure('watch-other-process-p99', seenMs[297] ?? NaN, 'ms')
    await store.close()
    await child.end()
  })
}

async function manyDocuments(): Promise<void> {
  await inFolder(async folder => {
    const writer = await openJournalStore(folder, { clock: systemClock })
    await fill(writer)
    globalThis.gc?.()
    const heapBefore = process.memoryUsage().heapUsed
    const startedAt = systemClock.now()
    const store = await openJournalStore(folder, { clock: systemClock })
    figure('open-13000-documents', systemClock.now() - startedAt, 'ms')
    globalThis.gc?.()
    figure('heap-13000-documents', (process.memoryUsage().heapUsed - heapBefore) / 1e6, 'MB')
    lookups(store)
    await store.close()
    figure('idle-processor', (await follow(folder, writer, 0)).processor, '%')
    const busy = await follow(folder, writer, 200)
    figure('follow-200-commits-processor', busy.processor, '%')
    figure('follow-200-commits-seen', busy.seen, 'keys/s')
    await writer.close()
  })
}

async function fill(store: Store): Promise<void> {
  for (let n = 0; n < documentsAll; n += 1000) {
    const keys = Array.from({ length: 1000 }, (_, i) => `elbv2/target/group-${(n + i) % 130}/t-${n + i}`)
    await store.commit(
      [],
      keys.map((key, i) => ({ key, value: { Target: { Id: key, Port: i }, text: 'x'.repeat(400) } })),
    )
  }
}

function lookups(store: Store): void {
  const snapshot = store.read()
  const keys = snapshot.list('').map(({ key }) => key)
  const gets = timed(() => {
    for (const key of keys) snapshot.get(key)
  })
  figure('get', (gets / keys.length) * 1e6, 'ns')
  const lists = timed(() => {
    for (let i = 0; i < 130; i++) snapshot.list(`elbv2/target/group-${i}/`)
  })
  figure('list-100-documents', (lists / 130) * 1000, 'us')
}

/** Shortest of ten, in milliseconds. */
function timed(task: () => void): number {
  let shortest = Infinity
  for (let i = 0; i < 10; i++) {
    const startedAt = systemClock.now()
    task()
    shortest = Math.min(shortest, systemClock.now() - startedAt)
  }
  return shortest
}

async function follow(
  folder: string,
  writer: Store,
  perSecond: number,
): Promise<{ processor: number; seen: number }> {
  const child = start('follow', folder, String(durationMs))
  await child.next()
  child.go()
  const result = child.next()
  const startedAt = systemClock.now()
  for (let n = 0; n < (perSecond * durationMs) / 1000; n++) {
    await pause(systemClock, startedAt + (n * 1000) / perSecond - systemClock.now())
    void writer.commit([], [{ key: `elbv2/target/group-${n % 130}/t-${n % 130}`, value: { n } }])
  }
  const [processor = NaN, keys = NaN] = (await result).split(' ').map(Number)
  await child.end()
  return { processor, seen: keys / (durationMs / 1000) }
}

for (const processes of [1, 4]) {
  for (const width of [1, 32]) {
    const name = `durable-commits-${processes}-processes-${width}-at-a-time`
    figure(name, await commitRate('bench/', processes, width), 'commits/s')
  }
}
figure('status-commits-1-processes-1-at-a-time', await commitRate('status/', 1, 1), 'commits/s')
await watchLatency()
await manyDocuments()
console.log()
for (const [name, value, unit] of figures) console.log(`figure ${name} ${value} ${unit}`)
