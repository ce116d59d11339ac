import type { DataChunk } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import { BatchGatherer, dictionaryMessage, recordBatchMessage } from '../../arrow/batch-body.ts'
import { flightDataWriter } from '../../arrow/flight-data.ts'
import { textColumn } from '../../arrow/value-columns.ts'
import type { ChunkEncoder } from '../chunk-encoder.ts'
import type { ArrowColumn } from './arrow-column.ts'

/**
 * A batch is sent once it holds this much: large enough that what a message costs does not count, and so small that the processor's cache has it
 * until it is sent, and that clients read one while the next is made. Four times as much streams a third slower.
 */
const batchBytesTarget = 256 * 1024
/** The first batch is one chunk, so that the client sees something early; each that follows may be this much larger. */
const growth = 4
const firstBatchBytes = 16 * 1024

/** Encodes chunks of one result into Arrow record batches, each in a message of Flight. Dictionaries come first, as batches of no rows. */
export function createArrowEncoder(columns: readonly ArrowColumn[]): ChunkEncoder {
  const writers = columns.map(column => column.writer())
  const output = flightDataWriter()
  const dictionaries = columns.flatMap(column => column.dictionaries)
  let dictionariesSent = 0
  let rows = 0
  let wanted = firstBatchBytes

  const bytes = (): number => {
    let sum = 0
    for (const writer of writers) sum += writer.bytes()
    return sum
  }
  const reset = (): void => {
    for (const writer of writers) writer.reset()
    rows = 0
  }

  return {
    get isReady() {
      return dictionariesSent < dictionaries.length || (rows > 0 && bytes() >= wanted)
    },
    get left() {
      return rows
    },
    take(chunk: DataChunk) {
      const count = duckdb.data_chunk_get_size(chunk)
      writers.forEach((writer, i) => {
        writer.load(duckdb.data_chunk_get_vector(chunk, i), count)
        writer.append(0, count)
      })
      rows += count
      // Without this the engine's memory waits for a garbage collection that V8 sees no reason for.
      duckdb.data_chunk_reset(chunk)
    },
    encode() {
      const body = new BatchGatherer()
      const words = dictionaries[dictionariesSent]
      if (words !== undefined) {
        textColumn(words).gather(body)
        const header = dictionaryMessage(body, words.length, dictionariesSent++)
        return { bytes: output.write(header, body.buffers), rowCount: 0 }
      }
      for (const writer of writers) writer.gather(body)
      const batch = {
        bytes: output.write(recordBatchMessage(body, rows), body.buffers),
        rowCount: rows,
      }
      wanted = Math.min(wanted * growth, batchBytesTarget)
      reset()
      return batch
    },
    drop: reset,
  }
}
