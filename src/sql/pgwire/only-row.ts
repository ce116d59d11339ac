import { EverportError } from '../../base/errors.ts'
import type { EngineSession, ParameterValue } from '../engine/engine.ts'
import { ByteReader } from './byte-reader.ts'
import { decodeDataRow } from './messages/backend/data-row.ts'

/** Of a whole DataRow message: its type and its length. */
const headBytes = 5

/** The values of a query's one row, in text format. Rejects as the engine does, and with 'feature_not_supported' where there is no row or more. */
export async function onlyRow(session: EngineSession, query: string): Promise<ParameterValue[]> {
  const prepared = await session.prepare(query, [])
  try {
    if (prepared.parameterTypeOids.length > 0)
      throw new EverportError('undefined_parameter', 'there is no parameter $1')
    const execution = await prepared.execute(
      [],
      (prepared.columns ?? []).map(() => 0),
    )
    try {
      const batch = await execution.next(2)
      if (batch?.rowCount !== 1) throw notOneRow()
      const { values } = decodeDataRow(new ByteReader(batch.bytes.subarray(headBytes)))
      // What was read points into the batch, whose bytes are valid until the next call only.
      const found = values.map(value => value && { format: 0 as const, bytes: Uint8Array.from(value) })
      if ((await execution.next(1)) !== undefined) throw notOneRow()
      return found
    } finally {
      await execution.close()
    }
  } finally {
    prepared.close()
  }
}

function notOneRow(): EverportError {
  return new EverportError(
    'feature_not_supported',
    'set-returning functions are not allowed in EXECUTE parameters',
  )
}
