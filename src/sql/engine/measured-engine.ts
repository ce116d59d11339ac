import type { Clock } from '../../base/clock.ts'
import { type ErrorCode, EverportError } from '../../base/errors.ts'
import { type Around, WrappedStatement } from '../statements/wrapped-statement.ts'
import type { Engine, EngineSession, Execution } from './engine.ts'

/** How a query ended. 'abandoned': closed by the client before its last row. */
export type QueryOutcome = 'succeeded' | 'failed' | 'cancelled' | 'abandoned'

export interface QueryFacts {
  readonly outcome: QueryOutcome
  readonly error: ErrorCode | undefined
  readonly durationMs: number
  readonly rows: number
  readonly bytes: number
}

export interface QueryWatch {
  started(): void
  ended(facts: QueryFacts): void
}

/** The same engine; `watch` is told when executions begin and end. */
export function measuredEngine(engine: Engine, clock: Clock, watch: QueryWatch): Engine {
  return {
    async openSession(options) {
      return measuredSession(await engine.openSession(options), clock, watch)
    },
    close: () => engine.close(),
  }
}

function measuredSession(session: EngineSession, clock: Clock, watch: QueryWatch): EngineSession {
  const measured: Around = async begin => {
    const query = startQuery(clock, watch)
    try {
      const execution = await begin()
      if (execution.whole === undefined) return measuredExecution(execution, query)
      query.sent(execution.whole.rowCount, execution.whole.bytes.length)
      query.ended('succeeded')
      return execution
    } catch (error) {
      query.failed(error)
      throw error
    }
  }
  return {
    async prepare(statement, oids, use) {
      return new WrappedStatement(await session.prepare(statement, oids, use), measured)
    },
    cancel: () => session.cancel(),
    memoryBytes: async () => (await session.memoryBytes?.()) ?? 0,
    close: () => session.close(),
  }
}

function measuredExecution(execution: Execution, query: Query): Execution {
  return {
    isComputed: execution.isComputed === true,
    async next(rowsMax) {
      try {
        const batch = await execution.next(rowsMax)
        if (batch === undefined) query.ended('succeeded')
        else query.sent(batch.rowCount, batch.bytes.length)
        return batch
      } catch (error) {
        query.failed(error)
        throw error
      }
    },
    async close() {
      query.ended('abandoned')
      await execution.close()
    },
  }
}

interface Query {
  sent(rows: number, bytes: number): void
  ended(outcome: QueryOutcome, error?: ErrorCode): void
  failed(error: unknown): void
}

/** Only the first end counts. */
function startQuery(clock: Clock, watch: QueryWatch): Query {
  const from = clock.now()
  let rows = 0
  let bytes = 0
  let isOver = false
  watch.started()
  const query: Query = {
    sent(moreRows, moreBytes) {
      rows += moreRows
      bytes += moreBytes
    },
    ended(outcome, error) {
      if (isOver) return
      isOver = true
      watch.ended({ outcome, error, durationMs: clock.now() - from, rows, bytes })
    },
    failed(error) {
      const code = error instanceof EverportError ? error.code : 'internal'
      query.ended(code === 'query_cancelled' ? 'cancelled' : 'failed', code)
    },
  }
  return query
}
