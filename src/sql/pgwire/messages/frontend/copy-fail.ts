import { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

export interface CopyFail {
  readonly kind: 'CopyFail'
  readonly reason: string
}

export function encodeCopyFail(message: CopyFail, to: ByteWriter): void {
  to.begin('f').cstring(message.reason).end()
}

export function decodeCopyFail(body: Uint8Array): CopyFail {
  const from = new ByteReader(body)
  const reason = from.cstring()
  from.end()
  return { kind: 'CopyFail', reason }
}
