import { takeText } from '../presentation/fields.ts'
import { PresentationError } from '../presentation/presentation-error.ts'
import { take, uint16At } from '../reader.ts'
import { writeUint16 } from '../writer.ts'
import { parseIpv4 } from './a.ts'
import type { RecordCodec } from './codec.ts'

export interface AaaaData {
  readonly type: 'AAAA'
  /** In the form of RFC 5952. */
  readonly address: string
}

/** RFC 3596. */
export const aaaa: RecordCodec<AaaaData> = {
  type: 'AAAA',
  code: 28,
  fieldCount: 1,
  parse: fields => ({ type: 'AAAA', address: formatIpv6(parseIpv6(takeText(fields))) }),
  format: data => data.address,
  encode(writer, data) {
    for (const group of parseIpv6(data.address)) writeUint16(writer, group)
  },
  decode(reader) {
    const at = take(reader, 16)
    return { type: 'AAAA', address: formatIpv6(groupsAt(reader.bytes, at)) }
  },
}

/** Eight groups of 16 bits (RFC 4291 section 2.2, the dotted tail included). */
export function parseIpv6(text: string): number[] {
  const invalid = new PresentationError(
    'AAAARRDATAIllegalIPv6Address',
    'Value is not a valid IPv6 address',
    text,
  )
  const hex = withHexTail(text)
  if (hex === undefined) throw invalid
  const halves = hex.split('::')
  if (halves.length > 2) throw invalid
  const [head, tail] = halves.map(half => (half === '' ? [] : half.split(':')))
  const given = [...(head ?? []), ...(tail ?? [])]
  if (!given.every(group => /^[\da-f]{1,4}$/i.test(group))) throw invalid
  if (tail === undefined ? given.length !== 8 : given.length > 7) throw invalid
  const zeros = Array.from<string>({ length: 8 - given.length }).fill('0')
  return [...(head ?? []), ...zeros, ...(tail ?? [])].map(group => Number.parseInt(group, 16))
}

/** Undefined when the tail is no IPv4 address. */
function withHexTail(text: string): string | undefined {
  const dotted = /(?<=:)\d+\.\d+\.\d+\.\d+$/.exec(text)?.[0]
  if (dotted === undefined) return text
  if (!dotted.split('.').every(part => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined
  const [a = 0, b = 0, c = 0, d = 0] = parseIpv4(dotted)
  return `${text.slice(0, -dotted.length)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}

export function groupsAt(bytes: Uint8Array, at: number): number[] {
  return [0, 2, 4, 6, 8, 10, 12, 14].map(i => uint16At(bytes, at + i))
}

/** RFC 5952 section 4: the longest run of two or more zero groups is `::`, the first of equals. */
export function formatIpv6(groups: readonly number[]): string {
  let [from, length] = [0, 0]
  for (let i = 0; i < 8; i++) {
    let j = i
    while (j < 8 && groups[j] === 0) j++
    if (j - i > length) [from, length] = [i, j - i]
  }
  const hex = (part: readonly number[]): string => part.map(group => group.toString(16)).join(':')
  return length < 2 ? hex(groups) : `${hex(groups.slice(0, from))}::${hex(groups.slice(from + length))}`
}
