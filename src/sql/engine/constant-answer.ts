import type { Clock } from '../../base/clock.ts'
import { wholeExecution } from './computed-execution.ts'
import type { Execution, ResultFormats, RowBatch, RowsWanted } from './engine.ts'
import type { StatementFacts } from './prepare-statement.ts'

export interface ConstantAnswer {
  readonly row: RowBatch
  readonly answeredAtMs: number
}

/** So that who asks for a constant to see whether the engine works is told by the engine, a second late at the most. */
const keptForMs = 1_000

/**
 * What a statement of constants answered a moment ago, in the same formats: connection pools send `SELECT 1` before every use of a
 * connection, and its answer can be no other.
 */
export function knownAnswer(
  { isConstant, answers }: StatementFacts,
  formats: ResultFormats,
  clock: Clock,
  wanted: RowsWanted,
): Execution | undefined {
  if (!isConstant) return undefined
  const answer = answers.get(String(formats))
  if (answer === undefined || clock.now() - answer.answeredAtMs >= keptForMs) return undefined
  if (wanted === 'all') return wholeExecution(answer.row)
  const { bytes, rowCount } = answer.row
  let isRead = rowCount === 0
  return {
    isComputed: true,
    async next() {
      if (isRead) return undefined
      isRead = true
      return { bytes: Buffer.from(bytes), rowCount }
    },
    async close() {
      isRead = true
    },
  }
}

/** The same execution, whose answer is kept when it has ended well. */
export function remembered(
  { isConstant, answers }: StatementFacts,
  formats: ResultFormats,
  clock: Clock,
  execution: Execution,
): Execution {
  // Batches for Arrow carry more than bytes.
  if (!isConstant || formats === 'arrow') return execution
  const keep = (row: RowBatch): unknown => answers.set(String(formats), { row, answeredAtMs: clock.now() })
  if (execution.whole !== undefined) {
    keep(execution.whole)
    return execution
  }
  let row: RowBatch = { rowCount: 0, bytes: new Uint8Array() }
  return {
    isComputed: execution.isComputed === true,
    async next(rowsMax) {
      const batch = await execution.next(rowsMax)
      if (batch === undefined) keep(row)
      // It has one row or none.
      else row = { ...batch, bytes: Buffer.from(batch.bytes) }
      return batch
    },
    close: () => execution.close(),
  }
}
