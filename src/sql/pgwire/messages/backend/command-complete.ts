import type { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

export interface CommandComplete {
  readonly kind: 'CommandComplete'
  /** For example `SELECT 3`, `BEGIN`, `SET`. */
  readonly tag: string
}

export function encodeCommandComplete(message: CommandComplete, to: ByteWriter): void {
  to.begin('C').cstring(message.tag).end()
}

export function decodeCommandComplete(from: ByteReader): CommandComplete {
  return { kind: 'CommandComplete', tag: from.cstring() }
}
