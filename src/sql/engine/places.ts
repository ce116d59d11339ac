import type { Connection } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { Cancel, Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { RelationInfo } from '../rights/relation-access.ts'
import { type ConnectionPool, connectionPool } from './connection-pool.ts'
import type { QueryMemoryBounds } from './engine.ts'
import type { EngineConnection, Reading } from './engine-connection.ts'
import type { Instance } from './instance.ts'
import { readRelations } from './read-relations.ts'

/**
 * Instances of the engine, each a place where one session's queries run. The engine bounds memory and temporary files by instance, so this is what
 * gives each query a bound of its own. Places are opened when they are needed and closed when nobody needed them for a while.
 */
export interface Places {
  /** A connection to prepare on: where nothing runs, if there is such a place. */
  take(bounds: QueryMemoryBounds): EngineConnection | Promise<EngineConnection>
  /** One that reads copies keeps a statement of the text, if there is such a one. */
  takeAt(place: Place, reads?: Reading, text?: string): EngineConnection | Promise<EngineConnection>
  give(connection: EngineConnection): void
  /** Of a connection that is not as it was: statements are prepared on it. */
  drop(connection: EngineConnection): void
  /**
   * A place to run in, `preferred` if there is one and it is free. All places taken: one is shared if no more are allowed, or if what runs there has only begun, which mostly is a small
   * statement that ends sooner than another place opens; not if it must be `alone`.
   */
  claim(bounds: QueryMemoryBounds, preferred: Instance | undefined, alone?: boolean): Claim | Promise<Claim>
  /** Asks a place that is always there. */
  ping(): Promise<unknown>
  warm(): Promise<void>
  /** Every relation of the catalog. */
  relations(database: string): Promise<RelationInfo[]>
  /** Open now. */
  count(): number
  /** Those that read copies of files read the files from now on. */
  endCopies(): void
  close(): void
}

/** The right to run in a place. */
export interface Claim {
  readonly place: Place
  /** Another has run there meanwhile. */
  readonly isShared: boolean
  free(): void
}

export interface Place {
  readonly instance: Instance
  readonly bounds: QueryMemoryBounds
  readonly pools: Readonly<Record<Reading, ConnectionPool>>
  /** The oldest first; more than one only when there are not enough places. */
  readonly running: Set<RunningClaim>
  /** Connections that somebody has. */
  taken: number
  usedAt: number
  /** What runs here holds, as the engine counts. */
  memoryBytes(): Promise<number>
  close(): void
}

export interface PlacesOptions {
  readonly open: (bounds: QueryMemoryBounds) => Promise<Instance>
  /** Of the first place, which stays open. */
  readonly bounds: QueryMemoryBounds
  readonly placesMax: () => number
  readonly clock: Clock
  readonly log: Log
}

const idleTimeoutMs = 60_000
const trimIntervalMs = 10_000
interface RunningClaim {
  readonly since: number
  isShared: boolean
}

/** What runs for less is taken for a small statement. */
const smallMs = 100
/** Opening takes much of a processor: one at a time, when a long statement has shared its place, and never for a burst of small ones. */
const growIntervalMs = 1_000

export async function openPlaces(options: PlacesOptions): Promise<Places> {
  const { clock, log } = options
  const places = new Map<Instance, Place>()
  const opening = new Set<Promise<unknown>>()
  let isClosed = false
  let cancelTrim: Cancel | undefined
  let cancelGrow: Cancel | undefined
  /** Places that long statements would have had use for. */
  let missing = 0
  /** Only while there is something to close. */
  function trimLater(): void {
    if (places.size > 1) cancelTrim ??= clock.after(trimIntervalMs, trim)
  }

  const openPlace = async (bounds: QueryMemoryBounds): Promise<Place> => {
    const instance = await options.open(bounds)
    const place = await placeOf(instance, bounds, clock.now())
    if (isClosed) place.close()
    else places.set(instance, place)
    trimLater()
    return place
  }
  const first = await openPlace(options.bounds)

  const ofBounds = (bounds: QueryMemoryBounds): Place[] =>
    [...places.values()].filter(place => isSame(place.bounds, bounds))
  const idlest = (candidates: readonly Place[]): Place | undefined =>
    candidates.reduce<Place | undefined>(
      (best, place) =>
        best === undefined ||
        place.running.size < best.running.size ||
        (place.running.size === best.running.size && place.taken < best.taken)
          ? place
          : best,
      undefined,
    )

  /** A file of the catalog may have gone since the first place read it: then those that are open serve on. */
  const openMore = async (bounds: QueryMemoryBounds): Promise<Place> => {
    const work = openPlace(bounds)
    const settled = work.catch(() => undefined).finally(() => opening.delete(settled))
    opening.add(settled)
    try {
      return await work
    } catch (error) {
      log.warn('engine.place-not-opened', { error: String(error) })
      return idlest(ofBounds(bounds)) ?? first
    }
  }

  const mayOpen = (): boolean => places.size + opening.size < options.placesMax()
  const openLater = (bounds: QueryMemoryBounds): void => {
    missing = Math.min(missing + 1, options.placesMax())
    grow(bounds)
  }
  const grow = (bounds: QueryMemoryBounds): void => {
    cancelGrow ??= clock.after(growIntervalMs, () => {
      cancelGrow = undefined
      if (mayOpen()) void openMore(bounds)
      if (--missing > 0) grow(bounds)
    })
  }

  const trim = (): void => {
    for (const [instance, place] of places) {
      const isIdle =
        place.running.size === 0 && place.taken === 0 && clock.now() - place.usedAt >= idleTimeoutMs
      if (place === first || !isIdle) continue
      places.delete(instance)
      place.close()
    }
    cancelTrim = undefined
    trimLater()
  }

  const takeAt = (
    place: Place,
    reads: Reading = 'files',
    text?: string,
  ): EngineConnection | Promise<EngineConnection> => {
    place.taken++
    const taken = place.pools[reads].take(text)
    if (!(taken instanceof Promise)) return taken
    return taken.catch((error: unknown) => {
      place.taken--
      throw error
    })
  }
  const takeSomewhere = async (bounds: QueryMemoryBounds): Promise<EngineConnection> =>
    takeAt(await openMore(bounds))
  const left = (connection: EngineConnection): Place | undefined => {
    const place = places.get(connection.instance)
    if (place === undefined) return undefined
    place.taken--
    place.usedAt = clock.now()
    return place
  }
  const claimed = (place: Place): Claim => {
    const claim = {
      place,
      since: clock.now(),
      isShared: place.running.size > 0,
      free() {
        place.running.delete(claim)
        place.usedAt = clock.now()
        if (claim.isShared && place.usedAt - claim.since >= smallMs) openLater(place.bounds)
      },
    }
    for (const other of place.running) other.isShared = true
    place.running.add(claim)
    place.usedAt = claim.since
    return claim
  }
  const claimedAnother = async (bounds: QueryMemoryBounds): Promise<Claim> => claimed(await openMore(bounds))
  const isSmall = ({ running }: Place): boolean => {
    const [oldest] = running
    return oldest === undefined || clock.now() - oldest.since < smallMs
  }

  return {
    takeAt,
    take(bounds) {
      const place = idlest(ofBounds(bounds))
      return place === undefined ? takeSomewhere(bounds) : takeAt(place)
    },
    give(connection) {
      const place = left(connection)
      if (place === undefined) closeSettled(connection)
      else place.pools[connection.reads].give(connection)
    },
    drop(connection) {
      left(connection)
      closeSettled(connection)
    },
    claim(bounds, preferred, alone = false) {
      const home = preferred && places.get(preferred)
      if (home !== undefined && home.running.size === 0 && isSame(home.bounds, bounds)) return claimed(home)
      const mine = ofBounds(bounds)
      const best = idlest(mine)
      if (best === undefined) return claimedAnother(bounds)
      if (best.running.size === 0 || !mayOpen()) return claimed(best)
      const small = alone ? undefined : idlest(mine.filter(isSmall))
      if (small === undefined && (alone || opening.size === 0)) return claimedAnother(bounds)
      return claimed(small ?? best)
    },
    ping: () => first.memoryBytes(),
    warm: () => first.pools.files.warm(),
    async relations(database) {
      const connection = await takeAt(first)
      try {
        return await readRelations(connection.raw, database)
      } finally {
        left(connection)
        first.pools.files.give(connection)
      }
    },
    count: () => places.size,
    endCopies() {
      for (const { copies } of places.keys()) void copies.end()
    },
    close() {
      isClosed = true
      cancelTrim?.()
      cancelGrow?.()
      for (const place of places.values()) place.close()
      places.clear()
    },
  }
}

function closeSettled(connection: EngineConnection): void {
  void connection.settled().then(() => connection.close())
}

function isSame(one: QueryMemoryBounds, other: QueryMemoryBounds): boolean {
  return one.memoryMegabytes === other.memoryMegabytes && one.spillMegabytes === other.spillMegabytes
}

/** Files that are kept in memory go as soon as somebody needs the room; copies and catalogs have bounds of their own, and are no query's. */
const memoryQuery =
  "SELECT coalesce(sum(memory_usage_bytes), 0)::BIGINT FROM duckdb_memory() WHERE tag NOT IN ('EXTERNAL_FILE_CACHE', 'IN_MEMORY_TABLE')"

async function placeOf(instance: Instance, bounds: QueryMemoryBounds, now: number): Promise<Place> {
  const connection = await instance.connect()
  const pools = { files: connectionPool(instance), copies: connectionPool(instance, 'copies') }
  // An instance that is closed under a call takes the process with it: so the last one is waited for.
  let asking: Promise<unknown> = Promise.resolve()
  return {
    instance,
    bounds,
    pools,
    running: new Set(),
    taken: 0,
    usedAt: now,
    memoryBytes() {
      const answer = asking.then(() => readBytes(connection))
      asking = answer.catch(() => undefined)
      return answer
    },
    close() {
      const idle = asking.then(() =>
        Promise.all([pools.files.close(), pools.copies.close(), instance.copies.close()]),
      )
      void idle.then(() => {
        duckdb.disconnect_sync(connection)
        instance.close()
      })
    },
  }
}

async function readBytes(connection: Connection): Promise<number> {
  const result = await duckdb.query(connection, memoryQuery)
  const chunk = await duckdb.fetch_chunk(result)
  if (chunk === null) return 0
  const data = duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk, 0), 8)
  return Number(new DataView(data.buffer, data.byteOffset, 8).getBigInt64(0, true))
}
