import type { Clock } from '../../base/clock.ts'
import { type ErrorCode, EverportError } from '../../base/errors.ts'
import type {
  Column,
  Engine,
  EngineSession,
  Execution,
  ParameterValue,
  PreparedStatement,
  ResultFormats,
  RowsWanted,
} from './engine.ts'

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
  return {
    async prepare(statement, oids, use) {
      return new MeasuredStatement(await session.prepare(statement, oids, use), clock, watch)
    },
    cancel: () => session.cancel(),
    memoryBytes: async () => (await session.memoryBytes?.()) ?? 0,
    close: () => session.close(),
  }
}

/** A class, since one is made for every query: an accessor of an object literal would be defined anew each time. */
class MeasuredStatement implements PreparedStatement {
  readonly #statement: PreparedStatement
  readonly #clock: Clock
  readonly #watch: QueryWatch

  constructor(statement: PreparedStatement, clock: Clock, watch: QueryWatch) {
    this.#statement = statement
    this.#clock = clock
    this.#watch = watch
  }

  get parameterTypeOids(): readonly number[] {
    return this.#statement.parameterTypeOids
  }

  get columns(): readonly Column[] | undefined {
    return this.#statement.columns
  }

  get commandTag(): string {
    return this.#statement.commandTag
  }

  async execute(
    parameters: readonly ParameterValue[],
    formats: ResultFormats,
    wanted?: RowsWanted,
  ): Promise<Execution> {
    const query = startQuery(this.#clock, this.#watch)
    try {
      const execution = await this.#statement.execute(parameters, formats, wanted)
      if (execution.whole === undefined) return measuredExecution(execution, query)
      query.sent(execution.whole.rowCount, execution.whole.bytes.length)
      query.ended('succeeded')
      return execution
    } catch (error) {
      query.failed(error)
      throw error
    }
  }

  close(): void {
    this.#statement.close()
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
