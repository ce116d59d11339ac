import type { RecordBatch, Vector } from 'apache-arrow'
import { EverportError } from '../../base/errors.ts'
import { type ReceivedFlightData, readFlightData } from '../arrow/flight-data.ts'
import { encapsulated } from '../arrow/schema-message.ts'
import type { ParameterRows } from './ticket.ts'
import { valueText } from './value-text.ts'

/** All messages of one DoPut together; they come back inside handles and tickets, which every call carries. */
const parameterBytesMax = 1024 * 1024
const parameterRowsMax = 10_000

/** Gathers what a client binds: a schema and record batches. */
export interface ParameterReader {
  take(message: ReceivedFlightData): void
  rows(): Promise<ParameterRows>
}

export function parameterReader(): ParameterReader {
  const parts: Uint8Array[] = []
  let bytes = 0
  return {
    take({ header, body }) {
      if (header.length === 0) return
      bytes += header.length + body.length
      if (bytes > parameterBytesMax) {
        throw new EverportError('message_too_large', 'the parameters are too large', {
          detail: `All values of one statement may take at most ${parameterBytesMax} bytes.`,
        })
      }
      parts.push(encapsulated(header), body)
    },
    rows: () => (parts.length === 0 ? Promise.resolve([]) : readRows(Buffer.concat(parts))),
  }
}

async function readRows(stream: Uint8Array): Promise<ParameterRows> {
  // Only who binds parameters needs it.
  const { tableFromIPC } = await import('apache-arrow')
  let batches: readonly RecordBatch[]
  try {
    batches = tableFromIPC(stream).batches
  } catch (error) {
    throw new EverportError('protocol_violation', 'the parameters are no Arrow record batches', {
      cause: error,
    })
  }
  const count = batches.reduce((sum, { numRows }) => sum + numRows, 0)
  if (count > parameterRowsMax) {
    throw new EverportError('limit_exceeded', `${count} rows of parameters: at most ${parameterRowsMax}`)
  }
  return batches.flatMap(batch =>
    Array.from({ length: batch.numRows }, (_, row) =>
      batch.schema.fields.map((_field, column) => {
        const vector: Vector | null = batch.getChildAt(column)
        return vector === null ? null : valueText(vector, row)
      }),
    ),
  )
}

/** One FlightData of a client. */
export function receivedData(bytes: Uint8Array): ReceivedFlightData {
  const found = readFlightData(bytes)
  if (found !== undefined) return found
  throw new EverportError('protocol_violation', 'the bytes of FlightData cannot be read')
}
