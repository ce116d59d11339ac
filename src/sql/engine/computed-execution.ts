import type { DataChunk, Result } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { EverportError } from '../../base/errors.ts'
import type { Execution, RowBatch } from './engine.ts'
import type { ExecutionContext } from './execution.ts'
import { checkShape } from './result-shape.ts'
import { cancelledError } from './work.ts'

const noRows: RowBatch = { bytes: new Uint8Array(), rowCount: 0 }

/**
 * A result that is computed before it answers, with its error if it has one: it needs no transaction around it, which is most of the time of a small query. Behind that one
 * call nothing is waited for, and where all rows are wanted and fit into one batch, they are the answer.
 */
export async function computedExecution(context: ExecutionContext): Promise<Execution> {
  const { connection, work, raw, facts, rows } = context
  const result = await work.call(connection.raw, () =>
    raw === undefined ? duckdb.query(connection.raw, facts.text) : duckdb.execute_prepared(raw),
  )
  checkShape(result, facts.shape)
  const chunks = new ChunkReader(result)
  const encode = (rowsMax: number): RowBatch | undefined => {
    while (!rows.isReady) {
      const chunk = chunks.next()
      if (chunk === undefined) return rows.left > 0 ? rows.encode(rowsMax) : undefined
      rows.take(chunk)
    }
    return rows.encode(rowsMax)
  }

  let first: RowBatch | undefined
  if (context.wanted === 'all') {
    first = encode(Number.POSITIVE_INFINITY)
    if (first === undefined || (rows.left === 0 && chunks.isAtEnd)) {
      rows.drop()
      context.ended()
      return wholeExecution(first ?? noRows)
    }
  }

  let failure: EverportError | undefined
  let over = false
  const end = (): void => {
    if (over) return
    over = true
    rows.drop()
    context.ended()
  }
  const read = (rowsMax: number): RowBatch | undefined => {
    if (failure !== undefined) throw failure
    if (over) return undefined
    context.reading()
    try {
      if (work.cancelled) throw cancelledError()
      const batch = first ?? encode(rowsMax)
      first = undefined
      if (batch === undefined) end()
      return batch
    } catch (error) {
      end()
      failure = context.rejected(error)
      throw failure
    }
  }
  return { isComputed: true, next: async rowsMax => read(rowsMax), close: async () => end() }
}

/** Of all rows there are. */
export function wholeExecution(whole: RowBatch): Execution {
  return { isComputed: true, whole, next: async () => undefined, close: async () => undefined }
}

/** An empty chunk is the end, as none is. */
class ChunkReader {
  readonly #result: Result
  readonly #count: number
  #at = 0

  constructor(result: Result) {
    this.#result = result
    this.#count = duckdb.result_chunk_count(result)
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#count
  }

  next(): DataChunk | undefined {
    if (this.isAtEnd) return undefined
    const chunk = duckdb.result_get_chunk(this.#result, this.#at++)
    if (duckdb.data_chunk_get_size(chunk) > 0) return chunk
    this.#at = this.#count
    return undefined
  }
}
