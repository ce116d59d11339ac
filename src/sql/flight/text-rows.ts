import type { EngineSession } from '../engine/engine.ts'

/** Metadata is small; a catalog with more entries than this is told as an error of the engine's own limits long before. */
const batchRows = 10_000

/** All rows of a query over the catalog, as text: what a client is told of it is what it could have asked itself. */
export async function textRows(
  session: EngineSession,
  statement: string,
  parameters: readonly (string | null)[] = [],
): Promise<(string | null)[][]> {
  const prepared = await session.prepare(statement, [])
  try {
    const values = parameters.map(value =>
      value === null ? null : { format: 0 as const, bytes: Buffer.from(value, 'utf8') },
    )
    const execution = await prepared.execute(values, [0])
    const rows: (string | null)[][] = []
    try {
      for (
        let batch = await execution.next(batchRows);
        batch !== undefined;
        batch = await execution.next(batchRows)
      )
        readDataRows(batch.bytes, rows)
    } finally {
      await execution.close()
    }
    return rows
  } finally {
    prepared.close()
  }
}

/** DataRow messages: 'D', length, count of columns, then each value behind its length, -1 for null. */
function readDataRows(bytes: Uint8Array, into: (string | null)[][]): void {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 0; at < data.length; at += 1 + data.readInt32BE(at + 1)) {
    let next = at + 7
    into.push(
      Array.from({ length: data.readInt16BE(at + 5) }, () => {
        const length = data.readInt32BE(next)
        next += 4
        if (length < 0) return null
        const text = data.toString('utf8', next, next + length)
        next += length
        return text
      }),
    )
  }
}
