import type { DataChunk, PreparedStatement as RawStatement } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { Clock } from '../../base/clock.ts'
import type { EverportError } from '../../base/errors.ts'
import type { ChunkEncoder } from './chunk-encoder.ts'
import type { Execution } from './engine.ts'
import type { EngineConnection } from './engine-connection.ts'
import { lostError } from './lost-error.ts'
import type { BoundStatement } from './prepare-statement.ts'
import { cancelledError, type Work } from './work.ts'

export interface ExecutionContext {
  readonly bound: BoundStatement
  readonly raw: RawStatement
  readonly connection: EngineConnection
  readonly work: Work
  readonly rows: ChunkEncoder
  readonly clock: Clock
  /** Gives another statement the same parameters. */
  readonly rebind: (statement: RawStatement) => void
  readonly rejected: (error: unknown) => EverportError
  /** Called once, when the connection is no longer needed. */
  readonly ended: () => void
  readonly reading: () => void
}

/**
 * Reads a result to its end. One that is certainly small is computed whole, and any other is a stream.
 *
 *   reading ── last chunk, believed ──► ended
 *   reading ── error, cancel, not believed ──► failed      (every further `next` rejects again)
 *   reading ── close ──► ended
 */
export async function startExecution(context: ExecutionContext): Promise<Execution> {
  const { connection, work, rows } = context
  const isComputed = isSmall(context.bound)
  const result = await (isComputed ? wholeResult(context) : streamedResult(context))
  let failure: EverportError | undefined
  let over = false

  // One chunk ahead, so that the engine works while rows are encoded and sent; no more, so that a client that does not read stops it.
  const fetch = (): Promise<Fetched> =>
    result.fetch().then(
      chunk => ({ chunk }),
      (error: unknown) => ({ error }),
    )
  let ahead = fetch()

  const end = (how: 'commit' | 'rollback'): void => {
    if (over) return
    over = true
    rows.drop()
    result.end(how)
    context.ended()
  }

  const fail = (error: EverportError): never => {
    failure = error
    end('rollback')
    throw error
  }

  /** The end of the stream: believed, or the error that it hides. */
  const finish = async (): Promise<undefined> => {
    try {
      await result.check()
    } catch (error) {
      if (work.cancelled) return fail(cancelledError())
      connection.finish('rollback')
      await connection.settled()
      return fail(context.rejected(await lostError(context, error)))
    }
    end('commit')
    return undefined
  }

  return {
    isComputed,
    async next(rowsMax) {
      if (failure !== undefined) throw failure
      if (over) return undefined
      context.reading()
      if (work.cancelled) return fail(cancelledError())
      while (!rows.isReady) {
        const fetched = await ahead
        // Closed meanwhile: what was read so far is not the whole result.
        if (over) throw cancelledError()
        if ('error' in fetched)
          return fail(work.cancelled ? cancelledError() : context.rejected(fetched.error))
        const { chunk } = fetched
        if (chunk === null || duckdb.data_chunk_get_size(chunk) === 0) {
          // `ahead` stays as it is, so that the next call finds the end again.
          return rows.left > 0 ? encoded(() => rows.encode(rowsMax)) : await finish()
        }
        ahead = fetch()
        encoded(() => rows.take(chunk))
      }
      return encoded(() => rows.encode(rowsMax))
    },
    async close() {
      if (over) return
      work.cancel()
      await ahead
      end('rollback')
    },
  }

  function encoded<T>(encode: () => T): T {
    try {
      return encode()
    } catch (error) {
      work.cancel()
      void ahead.then(() => end('rollback'))
      failure = context.rejected(error)
      throw failure
    }
  }
}

type Fetched = { readonly chunk: DataChunk | null } | { readonly error: unknown }

/** Where the chunks of a result come from. An empty chunk or none is the end. */
interface Result {
  fetch(): Promise<DataChunk | null>
  /** Rejects when what looked like the end was none. */
  check(): Promise<unknown>
  end(how: 'commit' | 'rollback'): void
}

/**
 * The binding shows a stream that failed, or was interrupted, exactly as one that ended: therefore every stream runs in a transaction of
 * its own, and its end is believed only when the transaction still works after it.
 */
async function streamedResult({ connection, work, raw }: ExecutionContext): Promise<Result> {
  await work.call(connection.raw, () => connection.begin())
  const result = await work.call(connection.raw, () => duckdb.execute_prepared_streaming(raw))
  return {
    fetch: () => work.call(connection.raw, () => duckdb.fetch_chunk(result)),
    check: () => work.call(connection.raw, () => connection.check()),
    end: how => connection.finish(how),
  }
}

/** Of one chunk of the engine's, or less: what is computed whole is outside of the bound of memory. */
const smallRowsMax = 2_048

function isSmall({ rowsMax }: BoundStatement): boolean {
  return rowsMax !== undefined && rowsMax <= smallRowsMax
}

/** Computed before it answers, with its error if it has one: it needs no transaction around it, which is most of the time of a small query. */
async function wholeResult({ connection, work, raw }: ExecutionContext): Promise<Result> {
  const result = await work.call(connection.raw, () => duckdb.execute_prepared(raw))
  const chunks = duckdb.result_chunk_count(result)
  let next = 0
  return {
    fetch: async () => (next < chunks ? duckdb.result_get_chunk(result, next++) : null),
    check: async () => undefined,
    end: () => undefined,
  }
}
