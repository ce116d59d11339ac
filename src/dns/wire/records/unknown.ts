import { readBytes } from '../reader.ts'
import { WireError } from '../wire-error.ts'
import { writeBytes } from '../writer.ts'
import type { RecordCodec } from './codec.ts'

export interface UnknownData {
  /** For example `TYPE65280`. */
  readonly type: `TYPE${number}`
  readonly bytes: Uint8Array
}

/** Any type that has no file of its own (RFC 3597): its data are bytes. */
export function unknown(code: number): RecordCodec<UnknownData> {
  const type = `TYPE${code}` as const
  return {
    type,
    code,
    parse(text) {
      const [, length = '', hex = ''] = /^\\#\s+(\d+)\s*([\da-f\s]*)$/i.exec(text.trim()) ?? []
      const digits = hex.replaceAll(/\s/g, '')
      if (length === '' || digits.length !== Number(length) * 2)
        throw new WireError(`${type}: expected \\# LENGTH HEX (RFC 3597), found ${text}`)
      const pairs = digits.match(/../g) ?? []
      return { type, bytes: Uint8Array.from(pairs, pair => Number.parseInt(pair, 16)) }
    },
    format(data) {
      const hex = [...data.bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
      return `\\# ${data.bytes.length} ${hex}`.trimEnd()
    },
    encode: (writer, data) => writeBytes(writer, data.bytes),
    decode: reader => ({ type, bytes: readBytes(reader, reader.end - reader.at) }),
  }
}
