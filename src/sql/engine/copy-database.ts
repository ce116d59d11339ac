import { basename } from 'node:path'
import type { Connection, Result } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import { identifier } from '../../base/sql-text.ts'
import type { CopiedView, FileScan } from '../catalog/copied-views.ts'
import { duckdbError } from './duckdb-error.ts'

/** A database of an instance in which views of the catalog read tables instead of files. */
export interface CopyDatabase {
  /** What a table of a scan would take, by the text of its rows and before any memory is taken. Undefined when that is too much. */
  sizeOf(scan: FileScan): Promise<number | undefined>
  /** Makes the table of a scan, unless `isSame` says no when the file has been read. */
  copy(scan: FileScan, isSame: () => boolean): Promise<boolean>
  drop(scan: FileScan): Promise<void>
  /** Tables of its scans, and views that it names, must have been made. */
  makeView(view: CopiedView): Promise<void>
  /** A connection that finds the views by their names. */
  connect(): Promise<Connection>
  close(): Promise<void>
}

export interface CopyDatabaseOptions {
  connect(): Promise<Connection>
  /** The statements that a database needs to mean by every name what the catalog's means. */
  readonly preparation: (database: string) => readonly string[]
}

/** Not a name that anybody gives a database. */
const database = '"everport: copies of small files"'
/** A file of a megabyte may hold a hundred million rows. */
const copyRowsMax = 100_000
const copyBytesMax = 8 * 1024 * 1024
/** What each value takes beside its text, and each table beside its values. */
const valueBytes = 16
const tableBytesMin = 4_096

export function copyDatabase(options: CopyDatabaseOptions): CopyDatabase {
  let connection: Promise<Connection> | undefined
  /** By the text of their scans. */
  const schemas = new Map<string, string>()

  /** It is made for the first copy, whole or not at all. */
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
  const schemaOf = ({ sql }: FileScan): string => {
    const schema = schemas.get(sql) ?? `${database}."copy ${schemas.size + 1}"`
    schemas.set(sql, schema)
    return schema
  }
  /** It has the name that the engine gives the scan, which a view may call it by. */
  const tableOf = (scan: FileScan): string => `${schemaOf(scan)}.${identifier(scanName(scan))}`

  return {
    async sizeOf(scan) {
      const row = '"everport: a row"'
      const result = await run(
        `SELECT count(*)::DOUBLE, coalesce(sum(strlen(CAST(${row} AS VARCHAR))), 0)::DOUBLE, coalesce(max(len(struct_keys(${row}))), 0)::DOUBLE
         FROM (SELECT * FROM ${scan.sql} LIMIT ${copyRowsMax + 1}) ${row}`,
      )
      const [rows = 0, textBytes = 0, columns = 0] = await numbersOf(result)
      const bytes = tableBytesMin + rows * columns * valueBytes + textBytes
      return rows > copyRowsMax || bytes > copyBytesMax ? undefined : bytes
    },
    async copy(scan, isSame) {
      await run(`CREATE SCHEMA IF NOT EXISTS ${schemaOf(scan)}`)
      await run('BEGIN TRANSACTION')
      try {
        await run(`CREATE OR REPLACE TABLE ${tableOf(scan)} AS SELECT * FROM ${scan.sql}`)
      } catch (error) {
        await run('ROLLBACK')
        throw error
      }
      const isKept = isSame()
      await run(isKept ? 'COMMIT' : 'ROLLBACK')
      return isKept
    },
    async drop(scan) {
      await run(`DROP TABLE IF EXISTS ${tableOf(scan)}`)
    },
    async makeView(view) {
      await run(view.createIn(database, tableOf))
    },
    async connect() {
      const opened = await options.connect()
      await duckdb.query(opened, `USE ${database}.public`)
      return opened
    },
    async close() {
      const opened = await connection?.catch(() => undefined)
      if (opened !== undefined) duckdb.disconnect_sync(opened)
    },
  }
}

/** What says nothing about the file. */
export function isLackOfMemory(error: unknown): boolean {
  return duckdbError(error, '').code === 'out_of_memory'
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
