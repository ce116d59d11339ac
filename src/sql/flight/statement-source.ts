import { EverportError } from '../../base/errors.ts'
import type { ArrowField } from '../arrow/arrow-field.ts'
import type { EngineSession, ParameterValue, PreparedStatement } from '../engine/engine.ts'
import { withNumberedParameters } from './question-marks.ts'
import type { ResultBatch, ResultSource } from './result-source.ts'
import type { ParameterRows } from './ticket.ts'

/** The result of one statement; with several rows of parameters, their results one behind the other. */
export async function statementSource(
  session: EngineSession,
  statement: string,
  parameters: ParameterRows | undefined,
): Promise<ResultSource> {
  const prepared = await session.prepare(withNumberedParameters(statement), [])
  const fields = arrowFields(prepared)
  return {
    fields,
    async *batches() {
      for (const row of parameters ?? [[]]) {
        checkCount(row.length, prepared.parameterTypeOids.length)
        yield* batchesOf(prepared, row.map(parameterValue))
      }
    },
    close: () => prepared.close(),
  }
}

async function* batchesOf(
  prepared: PreparedStatement,
  values: readonly ParameterValue[],
): AsyncIterable<ResultBatch> {
  const execution = await prepared.execute(values, 'arrow')
  try {
    for (;;) {
      const batch = await execution.next(Number.MAX_SAFE_INTEGER)
      if (batch === undefined) return
      const { buffer, byteOffset, length } = batch.bytes
      yield { bytes: Buffer.from(buffer, byteOffset, length), rowCount: batch.rowCount }
    }
  } finally {
    await execution.close()
  }
}

/** An engine that cannot give Arrow is a mistake of this program; a statement without rows is the client's. */
export function arrowFields({ columns }: PreparedStatement): ArrowField[] {
  if (columns === undefined) {
    throw new EverportError('invalid_input', 'the statement returns no rows', { hint: 'run it as an update' })
  }
  return columns.flatMap(({ arrowField }) => (arrowField === undefined ? [] : [arrowField()]))
}

function parameterValue(text: string | null): ParameterValue {
  return text === null ? null : { format: 0, bytes: Buffer.from(text, 'utf8') }
}

function checkCount(found: number, expected: number): void {
  if (found === expected) return
  throw new EverportError(
    'invalid_input',
    `the statement has ${expected} parameters, and ${found} values are bound`,
    {
      hint: 'bind one column for each parameter, in the order $1, $2 …',
    },
  )
}
