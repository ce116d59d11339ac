import duckdb from '@duckdb/node-bindings'
import { EverportError } from '../../base/errors.ts'
import { tokens } from '../statements/token-text.ts'
import type { ExecutionContext } from './execution.ts'
import { firstWord } from './statement-rules.ts'

/** How long we look for the reason of a failure. */
const searchMsMax = 2_000

const queries: ReadonlySet<string | undefined> = new Set(['select', 'with', 'values', 'from', 'table'])

/**
 * The reason why a stream broke off is lost with the stream. The statement is run again, this time only counting, which mostly meets the
 * same error and then has its text; when it does not in good time, the client is told the truth without the reason.
 */
export async function lostError(context: ExecutionContext, seen: unknown): Promise<unknown> {
  const general = new EverportError('internal', 'the query failed before its last row', {
    detail: 'The rows that were sent are not the whole result.',
    hint: 'Run the query with an aggregate over its columns, for example count(column), to see the reason.',
    cause: seen,
  })
  const found = tokens(context.facts.text)
  if (!queries.has(firstWord(found, 0))) return general
  const last = found.findLast(token => token.text !== ';')
  const query = context.facts.text.slice(found[0]?.start ?? 0, last?.end)
  const { raw } = context.connection
  const timer = context.clock.after(searchMsMax, interrupt)
  let searching = true
  let again = (): void => undefined
  function interrupt(): void {
    if (!searching) return
    duckdb.interrupt(raw)
    again = context.clock.after(10, interrupt)
  }
  try {
    await context.connection.begin()
    const counting = await duckdb.prepare(raw, `SELECT count(COLUMNS(*)) FROM (${query}\n)`)
    try {
      context.rebind(counting)
      await duckdb.execute_prepared(counting)
    } finally {
      context.connection.destroy(counting)
    }
    return general
  } catch (error) {
    return error instanceof Error &&
      /^(Parser|Binder|Catalog|INTERRUPT|TransactionContext)/.test(error.message)
      ? general
      : error
  } finally {
    searching = false
    timer()
    again()
    context.connection.finish('rollback')
    await context.connection.settled()
  }
}
