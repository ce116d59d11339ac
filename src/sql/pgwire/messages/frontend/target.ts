import { EverportError } from '../../../../base/errors.ts'
import type { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

/** What Describe and Close speak of. */
export interface Target {
  readonly of: 'statement' | 'portal'
  readonly name: string
}

export function writeTarget(target: Target, to: ByteWriter): void {
  to.uint8(target.of === 'statement' ? 0x53 : 0x50).cstring(target.name)
}

export function readTarget(from: ByteReader, message: string): Target {
  const of = from.uint8()
  if (of !== 0x53 && of !== 0x50) {
    throw new EverportError('protocol_violation', `invalid ${message} message subtype ${of}`)
  }
  const name = from.cstring()
  from.end()
  return { of: of === 0x53 ? 'statement' : 'portal', name }
}
