import { readFlightData } from '../sql/arrow/flight-data.ts'
import { encapsulated, schemaMessage } from '../sql/arrow/schema-message.ts'
import type { EngineSession } from '../sql/engine/engine.ts'

export interface ArrowStream {
  /** An Arrow IPC stream, as files and other programs take it. */
  readonly bytes: Uint8Array
  readonly batches: number
}

/** The result of one statement as Arrow record batches. */
export async function arrowStream(session: EngineSession, statement: string): Promise<ArrowStream> {
  const prepared = await session.prepare(statement, [])
  const fields = (prepared.columns ?? []).flatMap(({ arrowField }) =>
    arrowField === undefined ? [] : [arrowField()],
  )
  const parts: Uint8Array[] = [encapsulated(schemaMessage(fields))]
  const execution = await prepared.execute([], 'arrow')
  let batches = 0
  try {
    for (let batch = await execution.next(1); batch !== undefined; batch = await execution.next(1)) {
      const found = readFlightData(batch.bytes)
      if (found === undefined) throw new Error('a batch is not a FlightData message')
      // Copied: the bytes are only valid until the next batch.
      parts.push(encapsulated(found.header), Uint8Array.from(found.body))
      batches++
    }
  } finally {
    await execution.close()
    prepared.close()
  }
  return { bytes: Buffer.concat(parts), batches }
}
