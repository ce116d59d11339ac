import { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'
import { readTarget, type Target, writeTarget } from './target.ts'

export interface Describe {
  readonly kind: 'Describe'
  readonly target: Target
}

export function encodeDescribe(message: Describe, to: ByteWriter): void {
  to.begin('D')
  writeTarget(message.target, to)
  to.end()
}

export function decodeDescribe(body: Uint8Array): Describe {
  return { kind: 'Describe', target: readTarget(new ByteReader(body), 'DESCRIBE') }
}
