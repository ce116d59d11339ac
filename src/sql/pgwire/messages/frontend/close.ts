import { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'
import { readTarget, type Target, writeTarget } from './target.ts'

export interface Close {
  readonly kind: 'Close'
  readonly target: Target
}

export function encodeClose(message: Close, to: ByteWriter): void {
  to.begin('C')
  writeTarget(message.target, to)
  to.end()
}

export function decodeClose(body: Uint8Array): Close {
  return { kind: 'Close', target: readTarget(new ByteReader(body), 'CLOSE') }
}
