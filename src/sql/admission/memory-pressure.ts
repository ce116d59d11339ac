/** One look at the memory of a node. */
export interface MemorySample {
  /** Of the whole process, what the engine does not count included. */
  readonly processBytes: number
  /** What the engine says that running queries hold, by id. */
  readonly queries: readonly QueryMemory[]
}

export interface QueryMemory {
  readonly id: number
  readonly bytes: number
  readonly startedAt: number
}

export interface MemoryThresholds {
  /** Of all queries together: from `softBytes` on new queries wait, past `hardBytes` one is cancelled. */
  readonly softBytes: number
  readonly hardBytes: number
  /** Of the whole process; past it new queries wait, and a query that holds much is cancelled. */
  readonly processBytes: number
  /** Of the whole process; past it something is in it that no cancel reaches. */
  readonly exhaustedBytes: number
}

export type Pressure = 'free' | 'tight' | 'over' | 'exhausted'

/**
 *   queries hold        | process             | pressure  | what follows
 *   --------------------+---------------------+-----------+-------------------------------
 *   less than soft      | within its bound    | free      | queries are admitted
 *   soft … hard         | within its bound    | tight     | new queries wait
 *   anything            | past its bound      | over      | and the youngest of the large queries is cancelled
 *   past hard           | anything            | over      | the same
 *   anything            | exhausted           | exhausted | the node ends, before the kernel ends whatever it finds largest
 */
export function pressureOf(sample: MemorySample, thresholds: MemoryThresholds): Pressure {
  if (sample.processBytes > thresholds.exhaustedBytes) return 'exhausted'
  const held = sample.queries.reduce((sum, { bytes }) => sum + bytes, 0)
  if (held > thresholds.hardBytes || sample.processBytes > thresholds.processBytes) return 'over'
  return held >= thresholds.softBytes ? 'tight' : 'free'
}

/** A query that holds less than this is not worth its end: the memory is somewhere else. */
export const victimBytesMin = 16 * 1024 * 1024

/**
 * Of the queries that hold at least half as much as the largest, the youngest: its end gives back much, and loses the least work.
 */
export function memoryVictim(queries: readonly QueryMemory[]): QueryMemory | undefined {
  const largest = Math.max(0, ...queries.map(({ bytes }) => bytes))
  return queries
    .filter(({ bytes }) => bytes >= victimBytesMin && bytes >= largest / 2)
    .reduce<QueryMemory | undefined>(
      (best, query) =>
        best === undefined ||
        query.startedAt > best.startedAt ||
        (query.startedAt === best.startedAt && query.bytes > best.bytes)
          ? query
          : best,
      undefined,
    )
}
