import { type Fields, hexText, problem, takeHex, takeText } from '../presentation/fields.ts'
import { readBytes } from '../reader.ts'
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
    parse: fields => ({ type, bytes: takeGenericData(fields) }),
    format: data => genericText(data.bytes),
    encode: (writer, data) => writeBytes(writer, data.bytes),
    decode: reader => ({ type, bytes: readBytes(reader, reader.end - reader.at) }),
  }
}

export const genericMark = '\\#'

/** `\# 3 0a0b0c` (RFC 3597 section 5), which may stand for the data of known types too. */
export function takeGenericData(fields: Fields): Uint8Array {
  const [mark, length, bytes] = [takeText(fields), takeText(fields), takeHex(fields)]
  if (mark !== genericMark || !/^\d{1,5}$/.test(length) || bytes.length !== Number(length))
    throw problem(fields, 'IllegalGenericData', 'Value is not \\# LENGTH HEX', fields.texts.join(' '))
  return bytes
}

export function genericText(bytes: Uint8Array): string {
  return `${genericMark} ${bytes.length} ${hexText(bytes)}`.trimEnd()
}
