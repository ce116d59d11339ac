import { takeText } from '../presentation/fields.ts'
import { PresentationError } from '../presentation/presentation-error.ts'
import { byteAt, take } from '../reader.ts'
import { writeBytes } from '../writer.ts'
import type { RecordCodec } from './codec.ts'

export interface AData {
  readonly type: 'A'
  readonly address: string
}

/** RFC 1035 section 3.4.1. */
export const a: RecordCodec<AData> = {
  type: 'A',
  code: 1,
  fieldCount: 1,
  parse: fields => ({ type: 'A', address: parseIpv4(takeText(fields)).join('.') }),
  format: data => data.address,
  encode: (writer, data) => writeBytes(writer, Uint8Array.from(parseIpv4(data.address))),
  decode(reader) {
    const at = take(reader, 4)
    return { type: 'A', address: formatIpv4(reader.bytes.subarray(at, at + 4)) }
  },
}

export function parseIpv4(text: string): number[] {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(part => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    throw new PresentationError('ARRDATAIllegalIPv4Address', 'Value is not a valid IPv4 address', text)
  return parts.map(Number)
}

export function formatIpv4(bytes: Uint8Array): string {
  return [0, 1, 2, 3].map(i => byteAt(bytes, i)).join('.')
}
