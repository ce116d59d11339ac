import { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

export interface Parse {
  readonly kind: 'Parse'
  /** '' is the unnamed statement. */
  readonly name: string
  readonly text: string
  /** 0 leaves the type open. */
  readonly parameterTypeOids: readonly number[]
}

export function encodeParse(message: Parse, to: ByteWriter): void {
  to.begin('P').cstring(message.name).cstring(message.text).int16(message.parameterTypeOids.length)
  for (const oid of message.parameterTypeOids) to.int32(oid)
  to.end()
}

export function decodeParse(body: Uint8Array): Parse {
  const from = new ByteReader(body)
  const name = from.cstring()
  const text = from.cstring()
  const parameterTypeOids: number[] = []
  for (let left = from.count(4); left > 0; left--) parameterTypeOids.push(from.uint32())
  from.end()
  return { kind: 'Parse', name, text, parameterTypeOids }
}
