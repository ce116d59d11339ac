import { readBytes, readUint8 } from '../reader.ts'
import { WireError } from '../wire-error.ts'
import { writeBytes, writeUint8 } from '../writer.ts'
import type { RecordCodec } from './codec.ts'

export interface TxtData {
  readonly type: 'TXT'
  /** One or more strings of at most 255 bytes, any bytes. */
  readonly strings: readonly Uint8Array[]
}

/** RFC 1035 section 3.3.14. */
export const txt: RecordCodec<TxtData> = {
  type: 'TXT',
  code: 16,
  parse: text => ({ type: 'TXT', strings: parseStrings(text) }),
  format: data => data.strings.map(formatString).join(' '),
  encode(writer, data) {
    if (data.strings.length === 0) throw new WireError('TXT: expected one string or more')
    for (const string of data.strings) {
      if (string.length > 255) throw new WireError('TXT: string longer than 255 bytes')
      writeUint8(writer, string.length)
      writeBytes(writer, string)
    }
  },
  decode(reader) {
    const strings: Uint8Array[] = []
    do strings.push(readBytes(reader, readUint8(reader)))
    while (reader.at < reader.end)
    return { type: 'TXT', strings }
  },
}

/** Quoted strings, or bare words, between blanks; `\DDD` is Route 53's octal. */
function parseStrings(text: string): Uint8Array[] {
  const token = /\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))(?=\s|$)/suy
  const strings: Uint8Array[] = []
  while (token.lastIndex < text.trimEnd().length) {
    const at = token.lastIndex
    const match = token.exec(text)
    if (match === null) throw new WireError(`TXT: expected quoted strings, found ${text.slice(at, at + 40)}`)
    const bytes = unescapeString(match[1] ?? match[2] ?? '')
    if (bytes.length > 255) throw new WireError('TXT: string longer than 255 bytes')
    strings.push(bytes)
  }
  if (strings.length === 0) throw new WireError('TXT: expected one string or more')
  return strings
}

function unescapeString(text: string): Uint8Array {
  const latin1 = text.replaceAll(/\\([0-3][0-7]{2}|.)/gsu, (_, escaped: string) =>
    escaped.length === 3 ? String.fromCharCode(Number.parseInt(escaped, 8)) : escaped,
  )
  if (/[^\0-\xff]/.test(latin1)) throw new WireError('TXT: write bytes outside ASCII as \\ooo')
  return Uint8Array.from(Buffer.from(latin1, 'latin1'))
}

function formatString(string: Uint8Array): string {
  const escaped = [...string].map(byte => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`
    return byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`
  })
  return `"${escaped.join('')}"`
}
