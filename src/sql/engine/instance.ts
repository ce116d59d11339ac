import { mkdirSync } from 'node:fs'
import type { Connection, Database } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { Clock } from '../../base/clock.ts'
import { EverportError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { identifier, literal } from '../../base/sql-text.ts'
import type { Mistake } from '../../topology/mistakes.ts'
import type { Catalog, CatalogStatement } from '../catalog/catalog.ts'
import { catalogError, mistakeAt } from '../catalog/catalog-mistake.ts'
import type { CopiedViews } from '../catalog/copied-views.ts'
import { macroStatements } from '../dialect/macros.ts'
import { loadSqlParser } from '../dialect/parse-sql.ts'
import { settingNamed } from '../statements/settings.ts'
import { copyDatabase } from './copy-database.ts'
import { duckdbError } from './duckdb-error.ts'
import { type FileCopies, type FileCopyCounts, fileCopies } from './file-copies.ts'
import { createSystemCatalog } from './system-catalog.ts'

/** One instance of the engine with the catalog's views, shut: no file but the catalog's, no setting can be changed. */
export interface Instance {
  connect(): Promise<Connection>
  /** PostgreSQL's catalogs are made when the first statement asks for them: they take the engine longer than all the rest. */
  makeSystemCatalog(): Promise<void>
  /** Which statements could read copies of their files. */
  readonly views: CopiedViews
  readonly copies: FileCopies
  /** Copies must have been closed. */
  close(): void
}

export interface InstanceOptions {
  readonly catalog: Catalog
  /** What current_database() answers. */
  readonly database: string
  readonly memoryLimitMegabytes: number
  readonly temporaryMegabytesMax: number
  readonly threads: number
  readonly tempDirectory: string
  readonly log: Log
  readonly clock: Clock
  readonly wallMs: () => number
  readonly copyCounts: FileCopyCounts
  /** Of the catalog. */
  readonly views: CopiedViews
}

const schema = 'public'
/** The PostgreSQL whose behaviour clients may expect. */
const serverVersion = settingNamed('server_version').initial

export async function openInstance(options: InstanceOptions): Promise<Instance> {
  // The engine makes the last folder of the path, and only that, at the first query that needs it.
  mkdirSync(options.tempDirectory, { recursive: true })
  await loadSqlParser()
  const config = duckdb.create_config()
  duckdb.set_config(config, 'threads', String(options.threads))
  const database = await duckdb.open(':memory:', config)
  try {
    const connection = await duckdb.connect(database)
    const run = (sql: string): Promise<unknown> => duckdb.query(connection, sql)
    for (const sql of preparation(options)) await run(sql)
    await createCatalog(run, options)
    for (const sql of shutting(options.catalog)) await run(sql)
    duckdb.disconnect_sync(connection)
  } catch (error) {
    duckdb.close_sync(database)
    throw error
  }
  let making: Promise<void> | undefined
  return {
    connect: () => connect(database, options.database),
    views: options.views,
    copies: fileCopies({
      database: copyDatabase({
        connect: () => connect(database, options.database),
        preparation: name => copiesPreparation(name, options.catalog),
      }),
      memoryLimitMegabytes: options.memoryLimitMegabytes,
      shared: options.copyCounts,
      clock: options.clock,
      wallMs: options.wallMs,
    }),
    makeSystemCatalog() {
      making ??= makeSystemCatalog(database, options).catch((error: unknown) => {
        making = undefined
        throw error
      })
      return making
    },
    close: () => duckdb.close_sync(database),
  }
}

async function makeSystemCatalog(database: Database, options: InstanceOptions): Promise<void> {
  const connection = await connect(database, options.database)
  try {
    await createSystemCatalog(connection, options)
  } finally {
    duckdb.disconnect_sync(connection)
  }
}

async function connect(database: Database, name: string): Promise<Connection> {
  const connection = await duckdb.connect(database)
  // Settings of a session cannot be given to all of them: each connection is told where it is.
  await duckdb.query(connection, `USE ${identifier(name)}.${schema}`)
  return connection
}

/** PostgreSQL's behaviour where the engine has a switch for it, and nothing fetched from the network. */
function preparation(options: InstanceOptions): string[] {
  const name = identifier(options.database)
  return [
    `SET GLOBAL memory_limit = '${options.memoryLimitMegabytes}MB'`,
    `SET GLOBAL temp_directory = ${literal(options.tempDirectory)}`,
    // As an option of opening it is shown but not enforced; as a statement it is.
    `SET GLOBAL max_temp_directory_size = '${options.temporaryMegabytesMax}MB'`,
    "SET GLOBAL TimeZone = 'UTC'",
    'SET GLOBAL integer_division = true',
    "SET GLOBAL default_null_order = 'nulls_last_on_asc_first_on_desc'",
    'SET GLOBAL autoinstall_known_extensions = false',
    'SET GLOBAL autoload_known_extensions = false',
    'SET GLOBAL allow_community_extensions = false',
    `ATTACH ':memory:' AS ${name}`,
    ...namesStatements(name),
  ]
}

/** What every name but those of views means, in a database that has just been attached. */
function namesStatements(database: string): string[] {
  return [
    `CREATE SCHEMA ${database}.${schema}`,
    `USE ${database}.${schema}`,
    // Clients read the major version out of this text.
    ...macroStatements(),
    `CREATE MACRO version() AS ${literal(`PostgreSQL ${serverVersion}, DuckDB ${duckdb.library_version()}`)}`,
  ]
}

function copiesPreparation(database: string, { statements }: Catalog): string[] {
  const schemas = statements.filter(({ kind, name }) => kind === 'schema' && !name.includes('.'))
  return [...namesStatements(database), ...schemas.map(({ sql }) => sql)]
}

/** The order matters: what is allowed can only be said before access is shut, and nothing after the lock. */
function shutting(catalog: Catalog): string[] {
  return [
    `SET GLOBAL allowed_paths = [${catalog.files.map(literal).join(', ')}]`,
    `SET GLOBAL allowed_directories = [${catalog.folders.map(literal).join(', ')}]`,
    'SET GLOBAL enable_external_access = false',
    'SET GLOBAL lock_configuration = true',
  ]
}

/** Binding longer than this on every query is worth a word to the author of the view. */
const bindMsMax = 10

async function createCatalog(
  run: (sql: string) => Promise<unknown>,
  options: InstanceOptions,
): Promise<void> {
  const mistakes: Mistake[] = []
  for (const statement of options.catalog.statements) {
    const from = options.clock.now()
    try {
      await run(statement.sql)
    } catch (error) {
      mistakes.push(bindingMistake(options.catalog, statement, error))
      continue
    }
    const bindMs = Math.round(options.clock.now() - from)
    if (statement.kind === 'view' && bindMs > bindMsMax) {
      options.log.warn('catalog.view-slow-to-bind', {
        view: statement.name,
        bindMs,
        hint: 'every query of it guesses the columns of its files again: name them, as in read_csv(…, columns = {…}, auto_detect = false)',
      })
    }
  }
  if (mistakes.length > 0) throw catalogError(mistakes)
}

function bindingMistake(catalog: Catalog, statement: CatalogStatement, error: unknown): Mistake {
  const known: EverportError = duckdbError(error, statement.sql)
  const start = known.position === undefined ? statement.start : statement.sourceOffset(known.position - 1)
  const place = { start, end: start + (known.position === undefined ? 6 : 1) }
  const detail = known.detail === undefined ? '' : ` (${known.detail})`
  const expected = 'a statement that works'
  return mistakeAt(
    catalog.file,
    catalog.source,
    place,
    statement.name,
    known.message + detail,
    expected,
    known.hint,
  )
}
