import type { RecordBatch, Schema } from 'apache-arrow'
import { readFlightData } from '../sql/arrow/flight-data.ts'
import { headerTypeOf, messageHeaders } from '../sql/arrow/message-header.ts'
import { encapsulated } from '../sql/arrow/schema-message.ts'
import { FlightFailure } from './flight-failure.ts'

/** By the reader alone: tables and batches of apache-arrow give columns of one name the type of the last of them. */
export async function readSchema(message: Uint8Array): Promise<Schema> {
  const { RecordBatchReader } = await import('apache-arrow')
  return RecordBatchReader.from(message).open().schema
}

/**
 * Record batches of an answer of DoGet. Each is read as a stream of its own, behind the schema and the dictionaries that came before: what
 * was received is not copied, and nothing waits inside of the reader when the loop ends early.
 */
export async function* readBatches(messages: AsyncIterable<Buffer>): AsyncIterable<RecordBatch> {
  const { RecordBatchReader } = await import('apache-arrow')
  const before: Uint8Array[] = []
  for await (const message of messages) {
    const found = readFlightData(message)
    if (found === undefined)
      throw new FlightFailure('the answer is not a Flight stream', 'INTERNAL', undefined)
    if (found.header.length === 0) continue
    const parts = [encapsulated(found.header), ...(found.body.length > 0 ? [found.body] : [])]
    if (headerTypeOf(found.header) !== messageHeaders.recordBatch) {
      before.push(...parts)
      continue
    }
    const { value } = RecordBatchReader.from([...before, ...parts]).next()
    if (value instanceof Object && value.numRows > 0) yield value as RecordBatch
  }
}
