import { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

/** Simple query: a text of any number of statements. */
export interface Query {
  readonly kind: 'Query'
  readonly text: string
}

export function encodeQuery(message: Query, to: ByteWriter): void {
  to.begin('Q').cstring(message.text).end()
}

export function decodeQuery(body: Uint8Array): Query {
  const from = new ByteReader(body)
  const text = from.cstring()
  from.end()
  return { kind: 'Query', text }
}
