import type { PreparedStatement as RawStatement } from '@duckdb/node-bindings'
import type { Clock } from '../../base/clock.ts'
import type { EverportError } from '../../base/errors.ts'
import type { ChunkEncoder } from './chunk-encoder.ts'
import { computedExecution } from './computed-execution.ts'
import type { Execution, RowsWanted } from './engine.ts'
import type { EngineConnection } from './engine-connection.ts'
import type { StatementFacts } from './prepare-statement.ts'
import { isSmall } from './small-result.ts'
import { streamedExecution } from './streamed-execution.ts'
import type { Work } from './work.ts'

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
  readonly wanted: RowsWanted
}

/** A result that is certainly small is computed whole, and any other is a stream. */
export function startExecution(context: ExecutionContext): Promise<Execution> {
  return isSmall(context.facts) ? computedExecution(context) : streamedExecution(context)
}
