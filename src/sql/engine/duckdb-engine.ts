import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type CallThreads, uncountedThreads } from '../../base/call-threads.ts'
import type { Clock } from '../../base/clock.ts'
import { EverportError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { copiedViews } from '../catalog/copied-views.ts'
import type { RelationInfo } from '../rights/relation-access.ts'
import { duckdbError, isFatal } from './duckdb-error.ts'
import type { Engine, EngineSession, QueryMemoryBounds } from './engine.ts'
import type { FileCopyCounts } from './file-copies.ts'
import { openInstance } from './instance.ts'
import { createKnownStatements, type KnownStatements } from './known-statements.ts'
import { openPlaces, type Places } from './places.ts'
import { openEngineSession } from './session.ts'

export interface DuckdbEngineOptions {
  readonly catalog: Catalog
  /** Of one query, where its session does not say otherwise. */
  readonly memoryLimitMegabytes: number
  readonly threads: number
  /** Where queries put what does not fit into memory. Made when needed. */
  readonly tempDirectory: string
  readonly log: Log
  readonly clock: Clock
  /** What files are stamped by: milliseconds since 1970. */
  readonly wallMs: () => number
  /** What current_database() answers. Default 'everport'. */
  readonly database?: string
  /** Bound on the temporary files of one query, where its session does not say otherwise. Default 10 GB. */
  readonly temporaryMegabytesMax?: number
  /** Queries that run at a time, each in an instance of its own; more share one. Default 1. */
  readonly placesMax?: () => number
  /** Counts the threads that statements hold. Default: nobody does. */
  readonly callThreads?: CallThreads
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
  /** Every relation of the catalog that is served to new sessions. */
  relations(): readonly RelationInfo[]
  /** Instances that are open, each a place for one query at a time. */
  places(): number
  fileCopies(): Readonly<FileCopyCounts>
  /** True after an error that only a new process gets over. */
  readonly lost: boolean
}

/** Clients name them, so there is a bound on how many are told apart. */
const probesMax = 1_000

export async function openDuckdbEngine(options: DuckdbEngineOptions): Promise<DuckdbEngine> {
  let lost = false
  let closed = false
  const bounds: QueryMemoryBounds = {
    memoryMegabytes: options.memoryLimitMegabytes,
    spillMegabytes: options.temporaryMegabytesMax ?? 10_240,
  }
  let instances = 0
  const copyCounts: FileCopyCounts = { copies: 0, bytes: 0, made: 0, reads: 0 }
  const open = async (catalog: Catalog): Promise<Served> => {
    const views = copiedViews(catalog)
    const places = await openPlaces({
      open: wanted =>
        openInstance({
          catalog,
          database: options.database ?? 'everport',
          memoryLimitMegabytes: wanted.memoryMegabytes,
          temporaryMegabytesMax: wanted.spillMegabytes,
          threads: options.threads,
          tempDirectory: join(options.tempDirectory, String(++instances)),
          log: options.log,
          clock: options.clock,
          wallMs: options.wallMs,
          copyCounts,
          views,
        }),
      bounds,
      placesMax: options.placesMax ?? (() => 1),
      clock: options.clock,
      log: options.log,
    })
    const relations = await places.relations(options.database ?? 'everport')
    return { places, relations, statements: createKnownStatements(), users: 1 }
  }
  const failed = (error: unknown): void => {
    lost ||= isFatal(error)
    options.log.error('engine.internal-error', {
      error: error instanceof Error ? error.message : String(error),
    })
  }
  const probes = new Set<string>()
  const unknownCatalog = (what: string): void => {
    if (probes.size >= probesMax || probes.has(what)) return
    probes.add(what)
    options.log.info('catalog.unknown-probe', { what })
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
    async openSession(asked) {
      if (closed) throw new EverportError('admin_shutdown', 'the engine is closed')
      const mine = served
      mine.users++
      const session = openEngineSession({
        user: asked.user,
        ...(asked.rights && { rights: asked.rights }),
        ...(asked.changedSettings && { changedSettings: asked.changedSettings }),
        places: mine.places,
        statements: mine.statements,
        bounds: asked.bounds ?? (() => bounds),
        clock: options.clock,
        callThreads: options.callThreads ?? uncountedThreads,
        failed,
        unknownCatalog,
      })
      return closingOnce(session, () => leave(mine))
    },
    async ping() {
      try {
        await inUse(mine => mine.places.ping())
      } catch (error) {
        if (error instanceof EverportError) throw error
        failed(error)
        throw duckdbError(error, 'SELECT 1')
      }
    },
    catalogVersion: () => version,
    relations: () => served.relations,
    places: () => served.places.count(),
    fileCopies: () => ({ ...copyCounts }),
    warm: () => inUse(mine => mine.places.warm()),
    async reload(catalog) {
      const next = await open(catalog)
      const old = served
      served = next
      version = versionOf(catalog)
      // Sessions that go on with it read the files themselves, as long as they last.
      old.places.endCopies()
      leave(old)
    },
    async close() {
      if (closed) return
      closed = true
      leave(served)
    },
  }
}

/** The places of one catalog, closed when the last of their users has left. The engine itself is one of them while it hands them out. */
interface Served {
  readonly places: Places
  readonly relations: readonly RelationInfo[]
  readonly statements: KnownStatements
  users: number
}

function versionOf({ source }: Catalog): string {
  return createHash('sha256').update(source).digest('hex').slice(0, 12)
}

function leave(served: Served): void {
  if (--served.users === 0) served.places.close()
}

function closingOnce(session: EngineSession, left: () => void): EngineSession {
  let closing: Promise<void> | undefined
  return {
    prepare: (statement, oids, use) => session.prepare(statement, oids, use),
    cancel: () => session.cancel(),
    memoryBytes: async () => (closing === undefined ? ((await session.memoryBytes?.()) ?? 0) : 0),
    close() {
      closing ??= session.close().finally(left)
      return closing
    },
  }
}
