import type { DataChunk, Result } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import { assert } from '../../base/assert.ts'
import type { EverportError } from '../../base/errors.ts'
import type { Execution } from './engine.ts'
import type { ExecutionContext } from './execution.ts'
import { lostError } from './lost-error.ts'
import { checkShape } from './result-shape.ts'
import { cancelledError } from './work.ts'

/**
 * Reads a stream to its end.
 *
 *   reading ── last chunk, believed ──► ended
 *   reading ── error, cancel, not believed ──► failed      (every further `next` rejects again)
 *   reading ── close ──► ended
 */
export async function streamedExecution(context: ExecutionContext): Promise<Execution> {
  const { connection, work, rows } = context
  const result = await startStream(context)
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

/**
 * The binding shows a stream that failed, or was interrupted, exactly as one that ended: therefore every stream runs in a transaction of
 * its own, and its end is believed only when the transaction still works after it.
 */
async function startStream({ connection, work, facts, raw }: ExecutionContext): Promise<Result> {
  assert(raw !== undefined, 'a stream is of a prepared statement')
  await work.call(connection.raw, () => connection.begin())
  const result = await work.call(connection.raw, () => duckdb.execute_prepared_streaming(raw))
  checkShape(result, facts.shape)
  return result
}
