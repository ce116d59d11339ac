import { createHash } from 'node:crypto'
import duckdb from '@duckdb/node-bindings'
import type { Clock } from '../../base/clock.ts'
import { EverportError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { type ConnectionPool, connectionPool } from './connection-pool.ts'
import { duckdbError, isFatal } from './duckdb-error.ts'
import type { Engine, EngineSession } from './engine.ts'
import { openInstance } from './instance.ts'
import { openEngineSession } from './session.ts'

export interface DuckdbEngineOptions {
  readonly catalog: Catalog
  readonly memoryLimitMegabytes: number
  readonly threads: number
  /** Where queries put what does not fit into memory. Made when needed. */
  readonly tempDirectory: string
  readonly log: Log
  readonly clock: Clock
  /** What current_database() answers. Default 'everport'. */
  readonly database?: string
  /** Bound on the temporary files of all queries together. Default 10 GB. */
  readonly temporaryMegabytesMax?: number
}

export interface DuckdbEngine extends Engine {
  /** Answers when the engine answers a query; rejects when it cannot. */
  ping(): Promise<void>
  /** Serves another catalog to the sessions that begin from now on; what is open goes on with the old one. Rejects, and changes nothing, when it has mistakes. */
  reload(catalog: Catalog): Promise<void>
  /** Names the catalog that new sessions see: the same on nodes that serve the same. */
  catalogVersion(): string
  /** Makes ready what the first queries need. */
  warm(): Promise<void>
  /** True after an error that only a new process gets over. */
  readonly lost: boolean
}

export async function openDuckdbEngine(options: DuckdbEngineOptions): Promise<DuckdbEngine> {
  let lost = false
  let closed = false
  const open = (catalog: Catalog): Promise<Served> =>
    serve({
      catalog,
      database: options.database ?? 'everport',
      memoryLimitMegabytes: options.memoryLimitMegabytes,
      temporaryMegabytesMax: options.temporaryMegabytesMax ?? 10_240,
      threads: options.threads,
      tempDirectory: options.tempDirectory,
      log: options.log,
      now: () => options.clock.now(),
    })
  const failed = (error: unknown): void => {
    lost ||= isFatal(error)
    options.log.error('engine.internal-error', {
      error: error instanceof Error ? error.message : String(error),
    })
  }
  let served = await open(options.catalog)
  let version = versionOf(options.catalog)
  /** Whoever has a call under way is a user: an instance that is closed under a call takes the process with it. */
  const inUse = async <T>(work: (mine: Served) => Promise<T>): Promise<T> => {
    if (closed) throw new EverportError('admin_shutdown', 'the engine is closed')
    const mine = served
    mine.users++
    try {
      return await work(mine)
    } finally {
      leave(mine)
    }
  }

  return {
    get lost() {
      return lost
    },
    async openSession({ user }) {
      if (closed) throw new EverportError('admin_shutdown', 'the engine is closed')
      const mine = served
      mine.users++
      const session = openEngineSession({ user, pool: mine.pool, clock: options.clock, failed })
      return closingOnce(session, () => leave(mine))
    },
    async ping() {
      try {
        await inUse(mine => mine.ping())
      } catch (error) {
        if (error instanceof EverportError) throw error
        failed(error)
        throw duckdbError(error, 'SELECT 1')
      }
    },
    catalogVersion: () => version,
    warm: () => inUse(mine => mine.pool.warm()),
    async reload(catalog) {
      const next = await open(catalog)
      const old = served
      served = next
      version = versionOf(catalog)
      leave(old)
    },
    async close() {
      if (closed) return
      closed = true
      served.pool.close()
      leave(served)
    },
  }
}

/** An instance, closed when the last of its users has left. The engine itself is one of them while it hands it out. */
interface Served {
  readonly pool: ConnectionPool
  users: number
  ping(): Promise<unknown>
  close(): void
}

async function serve(options: Parameters<typeof openInstance>[0]): Promise<Served> {
  const instance = await openInstance(options)
  const connection = await instance.connect()
  const pool = connectionPool(instance)
  return {
    pool,
    users: 1,
    ping: () => duckdb.query(connection, 'SELECT 1'),
    close() {
      duckdb.disconnect_sync(connection)
      pool.close()
      instance.close()
    },
  }
}

function versionOf({ source }: Catalog): string {
  return createHash('sha256').update(source).digest('hex').slice(0, 12)
}

function leave(served: Served): void {
  if (--served.users === 0) served.close()
}

function closingOnce(session: EngineSession, left: () => void): EngineSession {
  let closing: Promise<void> | undefined
  return {
    prepare: (statement, oids) => session.prepare(statement, oids),
    cancel: () => session.cancel(),
    close() {
      closing ??= session.close().finally(left)
      return closing
    },
  }
}
