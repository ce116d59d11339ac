import { createHash } from 'node:crypto'
import type { ArrowField } from '../arrow/arrow-field.ts'
import { BatchGatherer, recordBatchMessage } from '../arrow/batch-body.ts'
import { flightDataWriter } from '../arrow/flight-data.ts'
import { schemaMessage } from '../arrow/schema-message.ts'
import type { ValueColumn } from '../arrow/value-columns.ts'

/** A result that has not begun: what it looks like, and how to get it. */
export interface ResultSource {
  readonly fields: readonly ArrowField[]
  /** FlightData messages, each valid until the one after the next is asked for. Not asking is backpressure. */
  batches(): AsyncIterable<ResultBatch>
  /** Frees what it holds, begun or not. */
  close(): void
}

export interface ResultBatch {
  readonly bytes: Buffer
  readonly rowCount: number
}

/** Rows that the program itself knows. */
export function knownRows(fields: readonly ArrowField[], columns: readonly ValueColumn[]): ResultSource {
  return {
    fields,
    async *batches() {
      const rowCount = columns[0]?.length ?? 0
      const body = new BatchGatherer()
      for (const column of columns) column.gather(body)
      yield { bytes: flightDataWriter().write(recordBatchMessage(body, rowCount), body.buffers), rowCount }
    },
    close() {},
  }
}

/** Short, and different for schemas that differ. */
export function schemaDigest(fields: readonly ArrowField[]): string {
  return createHash('sha256').update(schemaMessage(fields)).digest('base64url').slice(0, 22)
}
