import { byteAt, take } from '../reader.ts'
import { WireError } from '../wire-error.ts'
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
  parse: text => ({ type: 'A', address: parseIpv4(text).join('.') }),
  format: data => data.address,
  encode: (writer, data) => writeBytes(writer, Uint8Array.from(parseIpv4(data.address))),
  decode(reader) {
    const at = take(reader, 4)
    return { type: 'A', address: [0, 1, 2, 3].map(i => byteAt(reader.bytes, at + i)).join('.') }
  },
}

export function parseIpv4(text: string): number[] {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(part => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    throw new WireError(`A: expected an IPv4 address, found ${text}`)
  return parts.map(Number)
}
