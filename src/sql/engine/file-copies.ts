import { basename } from 'node:path'
import type { Connection, Result } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { Clock } from '../../base/clock.ts'
import type { CopiedView, FileScan, Reach } from '../catalog/copied-views.ts'
import { quoted } from './engine-text.ts'
import {
  type FileStamp,
  fileStamp,
  isSameStamp,
  isSettled,
  localFileStamp,
  type SeenFile,
} from './file-stamp.ts'

/**
 * Copies of small files as tables of one instance, in a database of their own, where views of the same names read the copies. They are made behind
 * the second statement that asks for a file, while that statement and those after it read the file itself; so no statement waits for one.
 *
 *   unknown ── second use, small, local, settled ──► copying ── the same file before and after ──► held
 *   copying ── changed meanwhile, too large, not readable ──► unknown, for a while
 *   held ── another stamp, or room is needed ──► unknown
 */
export interface FileCopies {
  /** The files, if a statement that begins now reads from their copies what it would read from them. If not, the copies may be made. */
  hold(reach: Reach): readonly SeenFile[] | undefined
  /** Where a statement whose reach is held finds the views. */
  connect(): Promise<Connection>
  /** Lets all of them go; no more are made. */
  end(): Promise<void>
  /** The same. Resolves when no call is under way any more. */
  close(): Promise<void>
}

/** Of all instances of an engine together, which share the room for copies. */
export interface FileCopyCounts {
  /** That there are. */
  copies: number
  /** What they take, by estimate. */
  bytes: number
  /** Made since the engine was opened. */
  made: number
  /** Statements that began to read from them. */
  reads: number
}

export interface FileCopiesOptions {
  connect(): Promise<Connection>
  /** The statements that a database needs to mean by every name what the catalog's means. */
  readonly preparation: (database: string) => readonly string[]
  readonly memoryLimitMegabytes: number
  readonly shared: FileCopyCounts
  readonly clock: Clock
  readonly wallMs: () => number
}

/** Not a name that anybody gives a database. */
const database = '"everport: copies of small files"'
const fileBytesMax = 1024 * 1024
/** A file of a megabyte may hold a hundred million rows. */
const copyRowsMax = 100_000
const copyBytesMax = 8 * 1024 * 1024
const copiesMax = 256
/** All copies of all instances take at most this, those of one at most this part of its memory. */
const roomBytesMax = 64 * 1024 * 1024
const memoryShare = 1 / 8
/** Reading a CSV file takes 32 MB for a moment: where there is less than this, queries need it themselves. */
const memoryMegabytesMin = 256
/** What each value takes beside its text, and each table beside its values. */
const valueBytes = 16
const tableBytesMin = 4_096
/** A file that cannot be copied now may be copied later. */
const againMs = 2_000
/** Copies that were used lately do not go for others. */
const idleMs = 10_000

interface Copy {
  readonly scan: FileScan
  readonly schema: string
  readonly table: string
  /** The file that the table holds, as far as is known. */
  held: FileStamp | undefined
  /** The file that was too large, or failed. */
  refused: FileStamp | undefined
  /** Of the table; 0 when there is none. */
  bytes: number
  /** Since the file was seen to be another one. */
  uses: number
  usedAt: number
  triedAt: number | undefined
}

export function fileCopies(options: FileCopiesOptions): FileCopies {
  const { clock } = options
  const { memoryLimitMegabytes, shared } = options
  const bytesMax = memoryLimitMegabytes * 1024 * 1024 * memoryShare
  const copies = new Map<string, Copy>()
  const made = new Set<CopiedView>()
  /** Views that could not be made, and when that was. */
  const broken = new Map<CopiedView, number>()
  let connection: Promise<Connection> | undefined
  let copying: Promise<void> | undefined
  let isOff = memoryLimitMegabytes < memoryMegabytesMin

  const copyOf = (scan: FileScan): Copy => {
    const known = copies.get(scan.sql)
    if (known !== undefined) return known
    // The table has the name that the engine gives the scan, which a view may call it by.
    const schema = `${database}."copy ${copies.size + 1}"`
    const table = `${schema}.${quoted(scanName(scan))}`
    const copy: Copy = {
      scan,
      schema,
      table,
      held: undefined,
      refused: undefined,
      bytes: 0,
      uses: 0,
      usedAt: 0,
      triedAt: undefined,
    }
    copies.set(scan.sql, copy)
    return copy
  }
  const tables = (): Copy[] => [...copies.values()].filter(({ bytes }) => bytes > 0)
  const tableBytes = (): number => tables().reduce((sum, { bytes }) => sum + bytes, 0)

  /** The database is made for the first copy, whole or not at all. */
  const open = async (): Promise<Connection> => {
    const opened = await options.connect()
    const before = [`ATTACH IF NOT EXISTS ':memory:' AS ${database}`, 'BEGIN TRANSACTION']
    try {
      for (const sql of [...before, ...options.preparation(database), 'COMMIT'])
        await duckdb.query(opened, sql)
      return opened
    } catch (error) {
      // Its transaction goes with it.
      duckdb.disconnect_sync(opened)
      throw error
    }
  }
  const run = async (sql: string): Promise<Result> => {
    connection ??= open().catch((error: unknown) => {
      // There may have been too little memory at that moment.
      connection = undefined
      throw error
    })
    return duckdb.query(await connection, sql)
  }

  const drop = async (copy: Copy): Promise<void> => {
    copy.held = undefined
    if (copy.bytes === 0) return
    await run(`DROP TABLE ${copy.table}`)
    shared.copies--
    shared.bytes -= copy.bytes
    copy.bytes = 0
  }
  const hasRoom = (bytes: number): boolean =>
    shared.copies < copiesMax && shared.bytes + bytes <= roomBytesMax && tableBytes() + bytes <= bytesMax
  /** Those that nobody used for longest go first. */
  const makeRoom = async (bytes: number): Promise<boolean> => {
    const idle = tables().filter(({ usedAt }) => clock.now() - usedAt >= idleMs)
    for (const copy of idle.toSorted((a, b) => a.usedAt - b.usedAt)) {
      if (hasRoom(bytes)) break
      await drop(copy)
    }
    return hasRoom(bytes)
  }

  /** By their text, before any memory is taken. Undefined when they are too many. */
  const sizeOf = async (scan: FileScan): Promise<number | undefined> => {
    const row = '"everport: a row"'
    const result = await run(
      `SELECT count(*)::DOUBLE, coalesce(sum(strlen(CAST(${row} AS VARCHAR))), 0)::DOUBLE, coalesce(max(len(struct_keys(${row}))), 0)::DOUBLE
       FROM (SELECT * FROM ${scan.sql} LIMIT ${copyRowsMax + 1}) ${row}`,
    )
    const [rows = 0, textBytes = 0, columns = 0] = await numbersOf(result)
    const bytes = tableBytesMin + rows * columns * valueBytes + textBytes
    return rows > copyRowsMax || bytes > copyBytesMax ? undefined : bytes
  }

  /** The table is there only when the file was the same before and after it was read. */
  const copyFile = async (copy: Copy): Promise<void> => {
    const before = await localFileStamp(copy.scan.path)
    if (before !== undefined && !isSettled(before, options.wallMs())) return
    // What the table held is of no use any more, whatever comes.
    await drop(copy)
    if (before === undefined || (copy.refused !== undefined && isSameStamp(before, copy.refused))) return
    const bytes = before.bytes > fileBytesMax ? undefined : await sizeOf(copy.scan)
    if (bytes === undefined) copy.refused = before
    else if (await makeRoom(bytes)) await makeTable(copy, before, bytes)
  }

  const makeTable = async (copy: Copy, before: FileStamp, bytes: number): Promise<void> => {
    await run(`CREATE SCHEMA IF NOT EXISTS ${copy.schema}`)
    await run('BEGIN TRANSACTION')
    try {
      await run(`CREATE TABLE ${copy.table} AS SELECT * FROM ${copy.scan.sql}`)
    } catch (error) {
      await run('ROLLBACK')
      throw error
    }
    const after = fileStamp(copy.scan.path)
    const isSame = after !== undefined && isSameStamp(before, after)
    await run(isSame ? 'COMMIT' : 'ROLLBACK')
    if (!isSame) return
    Object.assign(copy, { held: before, bytes, usedAt: clock.now() })
    shared.copies++
    shared.bytes += bytes
    shared.made++
  }

  const copyAll = async ({ scans, views }: Reach): Promise<void> => {
    for (const copy of scans.map(copyOf)) {
      if (copy.held !== undefined) continue
      copy.triedAt = clock.now()
      // What is wrong with the file is told to whoever reads it.
      await copyFile(copy).catch(() => undefined)
      if (isOff || copy.held === undefined) return
    }
    for (const view of views) {
      if (made.has(view) || isOff) continue
      try {
        await run(view.createIn(database, scan => copyOf(scan).table))
        made.add(view)
      } catch {
        broken.set(view, clock.now())
        return
      }
    }
  }

  const end = async (): Promise<void> => {
    isOff = true
    await copying
    copying = (async () => {
      for (const copy of tables()) await drop(copy)
    })().catch(() => undefined)
    await copying
  }

  const isLongAgo = (at: number | undefined): boolean => at === undefined || clock.now() - at >= againMs
  const isDue = (copy: Copy): boolean => copy.held !== undefined || (copy.uses > 1 && isLongAgo(copy.triedAt))

  return {
    hold(reach) {
      if (isOff) return undefined
      const mine = reach.scans.map(copyOf)
      let isHeld = true
      const stamps = new Map<string, FileStamp | undefined>()
      for (const copy of mine) {
        copy.uses++
        copy.usedAt = clock.now()
        if (copy.held !== undefined) {
          const { path } = copy.scan
          if (!stamps.has(path)) stamps.set(path, fileStamp(path))
          const now = stamps.get(path)
          if (now === undefined || !isSameStamp(now, copy.held))
            Object.assign(copy, { held: undefined, uses: 1 })
        }
        isHeld &&= copy.held !== undefined
      }
      if (isHeld && reach.views.every(view => made.has(view))) {
        shared.reads++
        return mine.map(({ scan, held }) => ({ path: scan.path, stamp: held as FileStamp }))
      }
      if (copying !== undefined) return undefined
      if (!reach.views.every(view => isLongAgo(broken.get(view))) || !mine.every(isDue)) return undefined
      copying = copyAll(reach)
        .catch(() => undefined)
        .finally(() => {
          copying = undefined
        })
      return undefined
    },
    async connect() {
      const opened = await options.connect()
      await duckdb.query(opened, `USE ${database}.public`)
      return opened
    },
    end,
    async close() {
      await end()
      const opened = await connection?.catch(() => undefined)
      if (opened !== undefined) duckdb.disconnect_sync(opened)
    },
  }
}

/** What the engine calls a scan that has no alias: the function, or the file up to its first point. */
function scanName({ path, sql }: FileScan): string {
  if (!sql.startsWith("'")) return sql.slice(0, sql.indexOf('(')).trim().toLowerCase()
  return basename(path).split('.', 1)[0] || 'file'
}

/** The doubles of a result of one row. */
async function numbersOf(result: Result): Promise<number[]> {
  const chunk = await duckdb.fetch_chunk(result)
  if (chunk === null) return []
  return Array.from({ length: duckdb.column_count(result) }, (_, i) => {
    const data = duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk, i), 8)
    return new DataView(data.buffer, data.byteOffset, 8).getFloat64(0, true)
  })
}
