import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import { systemClock } from '../io/clock.ts'
import type { Catalog } from '../sql/catalog/catalog.ts'
import { readCatalog } from '../sql/catalog/read-catalog.ts'
import type { EngineSession } from '../sql/engine/engine.ts'
import type { FileCopyCounts } from '../sql/engine/file-copies.ts'
import { type OpenedEngine, openedEngine, readAll } from './engine-session.ts'

const deadlineMs = 60_000

/** An engine to which files that were written just now are old, so that it may copy them. */
export interface CopyingEngine extends OpenedEngine {
  /** Lets time pass, so that a file which could not be copied is tried again. */
  pass(ms: number): void
  path(name: string): string
  /** As a simple query does it: rows joined by commas. */
  ask(sql: string, session?: EngineSession): Promise<string[]>
  /** Runs it again until a statement of it read from copies. */
  copied<T>(run: () => Promise<T>): Promise<T>
  fromCopies(sql: string): Promise<string[]>
  /** Several statements, with time to copy between them. */
  neverFromCopies(sql: string, passMs?: number): Promise<void>
  counts(): FileCopyCounts
}

export function catalogOf(folder: string, text: string): Catalog {
  const kind = (path: string): 'file' | 'folder' => (path.endsWith('/') ? 'folder' : 'file')
  const { catalog, mistakes } = readCatalog(text, join(folder, 'catalog.sql'), kind)
  assert.ok(catalog, JSON.stringify(mistakes))
  return catalog
}

/** Fails when the condition does not hold in good time. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = systemClock.now() + deadlineMs
  while (!(await condition())) {
    assert.ok(systemClock.now() < deadline, what)
    await turn()
  }
}

export async function copyingEngine(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  views: string,
  options: { wallMs?: () => number; memoryLimitMegabytes?: number } = {},
): Promise<CopyingEngine> {
  let shiftMs = 0
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + shiftMs }
  const opened = await openedEngine({
    clock,
    wallMs: () => Date.now() + 60_000,
    ...options,
    catalog(folder) {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
      return catalogOf(folder, views)
    },
  })
  t.after(() => opened.close())
  const counts = (): FileCopyCounts => opened.engine.fileCopies()
  const pass = (ms: number): void => {
    shiftMs += ms
  }
  const ask = async (sql: string, session = opened.session): Promise<string[]> => {
    const prepared = await session.prepare(sql, [], 'atOnce')
    try {
      const execution = await prepared.execute([], [])
      const rows = await readAll(execution)
      await execution.close()
      return rows.map(row => row.map(value => value?.toString() ?? 'null').join())
    } finally {
      prepared.close()
    }
  }
  const copied = async <T>(run: () => Promise<T>, what = String(run)): Promise<T> => {
    let answer: { readonly is: T } | undefined
    await until(async () => {
      const before = counts().reads
      answer = { is: await run() }
      return counts().reads > before
    }, `never read from a copy: ${what}`)
    return (answer as { readonly is: T }).is
  }
  return {
    ...opened,
    ask,
    copied,
    counts,
    pass,
    path: name => join(opened.folder, name),
    fromCopies: sql => copied(() => ask(sql), sql),
    async neverFromCopies(sql, passMs = 3_000) {
      const { reads } = counts()
      for (let i = 0; i < 6; i++) {
        await ask(sql).catch(() => undefined)
        for (let wait = 0; wait < 50; wait++) await turn()
        pass(passMs)
      }
      assert.equal(counts().reads, reads, sql)
    },
  }
}
