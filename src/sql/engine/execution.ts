import type { DataChunk, Result as RawResult, PreparedStatement as RawStatement } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import { assert } from '../../base/assert.ts'
import type { Clock } from '../../base/clock.ts'
import { EverportError } from '../../base/errors.ts'
import type { ChunkEncoder } from './chunk-encoder.ts'
import type { Execution } from './engine.ts'
import type { EngineConnection } from './engine-connection.ts'
import { lostError } from './lost-error.ts'
import type { StatementFacts } from './prepare-statement.ts'
import { hasShape } from './result-shape.ts'
import { isSmall } from './small-result.ts'
import { cancelledError, type Work } from './work.ts'

export interface ExecutionContext {
  readonly facts: StatementFacts
  /** Undefined for one that is small and bound as it runs, without parameters. */
  readonly raw: RawStatement | undefined
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
  const isComputed = isSmall(context.facts)
  const result = await (isComputed ? wholeResult(context) : streamedResult(context, context.raw))
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
async function streamedResult(
  { connection, work, facts }: ExecutionContext,
  raw: RawStatement | undefined,
): Promise<Result> {
  assert(raw !== undefined, 'a stream is of a prepared statement')
  await work.call(connection.raw, () => connection.begin())
  const result = await work.call(connection.raw, () => duckdb.execute_prepared_streaming(raw))
  checkShape(result, facts)
  return {
    fetch: () => work.call(connection.raw, () => duckdb.fetch_chunk(result)),
    check: () => work.call(connection.raw, () => connection.check()),
    end: how => connection.finish(how),
  }
}

/** Read by the wrong types, values would be taken from places where there are none. */
function checkShape(result: RawResult, { shape }: StatementFacts): void {
  if (!hasShape(result, shape)) throw changedResultError()
}

/** PostgreSQL's word for it. */
export function changedResultError(): EverportError {
  return new EverportError('feature_not_supported', 'cached plan must not change result type')
}

/** Computed before it answers, with its error if it has one: it needs no transaction around it, which is most of the time of a small query. */
async function wholeResult({ connection, work, raw, facts }: ExecutionContext): Promise<Result> {
  const result = await work.call(connection.raw, () =>
    raw === undefined ? duckdb.query(connection.raw, facts.text) : duckdb.execute_prepared(raw),
  )
  checkShape(result, facts)
  const chunks = duckdb.result_chunk_count(result)
  let next = 0
  return {
    fetch: async () => (next < chunks ? duckdb.result_get_chunk(result, next++) : null),
    check: async () => undefined,
    end: () => undefined,
  }
}
