import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { EverportError } from '../base/errors.ts'
import { type Log, silentLog } from '../base/log.ts'
import { systemClock } from '../io/clock.ts'
import { type Catalog, emptyCatalog } from '../sql/catalog/catalog.ts'
import { type DuckdbEngine, type DuckdbEngineOptions, openDuckdbEngine } from '../sql/engine/duckdb-engine.ts'
import type { EngineSession, Execution, Format, ParameterValue } from '../sql/engine/engine.ts'

export interface OpenedEngine {
  readonly engine: DuckdbEngine
  readonly session: EngineSession
  /** A folder of its own, gone after `close`. */
  readonly folder: string
  close(): Promise<void>
}

/** A small engine and one session. */
export async function openedEngine(
  options: Partial<Omit<DuckdbEngineOptions, 'catalog'>> & {
    catalog?: Catalog | ((folder: string) => Catalog)
    clock?: Clock
    log?: Log
  } = {},
): Promise<OpenedEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-engine-'))
  const { catalog = emptyCatalog, ...rest } = options
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  const engine = await openDuckdbEngine({
    memoryLimitMegabytes: 256,
    threads: 2,
    tempDirectory: join(folder, 'temp'),
    log: silentLog,
    clock: systemClock,
    wallMs: Date.now,
    ...rest,
    catalog: typeof catalog === 'function' ? catalog(folder) : catalog,
  }).catch((error: unknown) => {
    remove()
    throw error
  })
  const session = await engine.openSession({ user: 'test', database: 'everport', applicationName: '' })
  return {
    engine,
    session,
    folder,
    async close() {
      await session.close()
      await engine.close()
      remove()
    },
  }
}

/** Values of DataRow messages, checked for their framing. */
export function rowsOf(bytes: Uint8Array): (Buffer | null)[][] {
  const data = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length)
  const rows: (Buffer | null)[][] = []
  let at = 0
  while (at < data.length) {
    assert.equal(data[at], 68, 'a DataRow begins with D')
    const end = at + 1 + data.readInt32BE(at + 1)
    const row: (Buffer | null)[] = []
    let next = at + 7
    for (let left = data.readInt16BE(at + 5); left > 0; left--) {
      const length = data.readInt32BE(next)
      next += 4
      // Copied: the bytes are only valid until the next batch.
      row.push(length < 0 ? null : Buffer.from(data.subarray(next, next + length)))
      next += Math.max(length, 0)
    }
    assert.equal(next, end, 'a DataRow ends where its length says')
    rows.push(row)
    at = end
  }
  return rows
}

export async function readAll(
  execution: Execution,
  rowsMax = Number.POSITIVE_INFINITY,
): Promise<(Buffer | null)[][]> {
  const rows: (Buffer | null)[][] = []
  for (
    let batch = await execution.next(rowsMax);
    batch !== undefined;
    batch = await execution.next(rowsMax)
  ) {
    const found = rowsOf(batch.bytes)
    assert.equal(found.length, batch.rowCount)
    rows.push(...found)
  }
  return rows
}

export const textParameter = (value: string | null): ParameterValue =>
  value === null ? null : { format: 0, bytes: Buffer.from(value) }

/** All rows of one statement as text. */
export async function query(
  session: EngineSession,
  statement: string,
  parameters: readonly (string | null)[] = [],
): Promise<(string | null)[][]> {
  const rows = await queryBytes(session, statement, 0, parameters)
  return rows.map(row => row.map(value => value?.toString('utf8') ?? null))
}

export async function queryBytes(
  session: EngineSession,
  statement: string,
  format: Format,
  parameters: readonly (string | null)[] = [],
): Promise<(Buffer | null)[][]> {
  const prepared = await session.prepare(statement, [])
  try {
    const execution = await prepared.execute(parameters.map(textParameter), [format])
    try {
      return await readAll(execution)
    } finally {
      await execution.close()
    }
  } finally {
    prepared.close()
  }
}

/** The error that something rejects with; it must be one that a client may be shown. */
export async function refusal(promise: Promise<unknown>): Promise<EverportError> {
  const error = await promise.then(
    () => assert.fail('expected a rejection'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof EverportError, String(error))
  return error
}
