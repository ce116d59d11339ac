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
 * Streams a result. The binding shows a stream that failed, or was interrupted, exactly as one that ended: therefore every stream runs in
 * a transaction of its own, and its end is believed only when the transaction still works after it.
 *
 *   streaming ── last chunk, check passed ──► ended
 *   streaming ── error, cancel, check failed ──► failed      (every further `next` rejects again)
 *   streaming ── close ──► ended
 */
export async function startExecution(context: ExecutionContext): Promise<Execution> {
  const { connection, work, rows } = context
  await work.call(connection.raw, () => connection.begin())
  const result = await work.call(connection.raw, () => duckdb.execute_prepared_streaming(context.raw))
  let failure: EverportError | undefined
  let over = false

  // One chunk ahead, so that the engine works while rows are encoded and sent; no more, so that a client that does not read stops it.
  const fetch = (): Promise<Fetched> =>
    work
      .call(connection.raw, () => duckdb.fetch_chunk(result))
      .then(
        chunk => ({ chunk }),
        (error: unknown) => ({ error }),
      )
  let ahead = fetch()

  const end = (how: 'commit' | 'rollback'): void => {
    if (over) return
    over = true
    rows.drop()
    connection.finish(how)
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
      await work.call(connection.raw, () => connection.check())
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
