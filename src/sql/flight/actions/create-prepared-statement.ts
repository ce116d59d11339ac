import { type ArrowField, type ArrowType, arrowField } from '../../arrow/arrow-field.ts'
import { encapsulated, schemaMessage } from '../../arrow/schema-message.ts'
import { packAny, sqlCodec, unpackAny } from '../any-message.ts'
import { withNumberedParameters } from '../question-marks.ts'
import { sealWords } from '../sealed-words.ts'
import { arrowFields } from '../statement-source.ts'
import { type StatementWords, statementLifetimeMs } from '../ticket.ts'
import { inSession } from '../work-source.ts'
import type { ActionHandler } from './actions.ts'

const request = sqlCodec<{ query: string }>('ActionCreatePreparedStatementRequest')
const result = sqlCodec<{
  prepared_statement_handle: Buffer
  dataset_schema: Buffer
  parameter_schema: Buffer
}>('ActionCreatePreparedStatementResult')

/** The handle is the statement itself, signed: any node can go on with it, and none keeps anything. */
export const createPreparedStatement: ActionHandler = async (body, context, { user }) => {
  const query = withNumberedParameters(request.decode(unpackAny(body).value).query)
  const { columns, parameters } = await inSession(context, user, async session => {
    const prepared = await session.prepare(query, [])
    try {
      const fields = prepared.columns === undefined ? [] : arrowFields(prepared)
      return { columns: fields, parameters: prepared.parameterTypeOids.map(parameterField) }
    } finally {
      prepared.close()
    }
  })
  const words: StatementWords = {
    user,
    expiresMs: context.sealer.wallMs() + statementLifetimeMs,
    statement: query,
  }
  const bytes = result.encode({
    prepared_statement_handle: sealWords(context.sealer, 'statement', words),
    dataset_schema: Buffer.from(encapsulated(schemaMessage(columns))),
    parameter_schema: Buffer.from(encapsulated(schemaMessage(parameters))),
  })
  return packAny('ActionCreatePreparedStatementResult', bytes)
}

/** By OID of pg_type. What is not here is bound as text, in PostgreSQL's form. */
const parameterTypes: ReadonlyMap<number, ArrowType> = new Map<number, ArrowType>([
  [16, { kind: 'bool' }],
  [17, { kind: 'binary' }],
  [20, { kind: 'int', bits: 64, signed: true }],
  [21, { kind: 'int', bits: 16, signed: true }],
  [23, { kind: 'int', bits: 32, signed: true }],
  [700, { kind: 'float', bits: 32 }],
  [701, { kind: 'float', bits: 64 }],
  [1082, { kind: 'date' }],
  [1083, { kind: 'time', unit: 'microsecond' }],
  [1114, { kind: 'timestamp', unit: 'microsecond' }],
  [1184, { kind: 'timestamp', unit: 'microsecond', zone: 'UTC' }],
])

function parameterField(oid: number, index: number): ArrowField {
  return arrowField(`$${index + 1}`, parameterTypes.get(oid) ?? { kind: 'utf8' })
}
