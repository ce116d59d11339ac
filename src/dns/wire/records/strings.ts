import { quotedString } from '../presentation/escapes.ts'
import { type Fields, fieldsLeft, takeString } from '../presentation/fields.ts'
import { PresentationError } from '../presentation/presentation-error.ts'
import { type Reader, readBytes, readUint8 } from '../reader.ts'
import { WireError } from '../wire-error.ts'
import { type Writer, writeBytes, writeUint8 } from '../writer.ts'
import type { RecordCodec } from './codec.ts'

export interface StringsData<Type extends string> {
  readonly type: Type
  /** One or more strings of at most 255 bytes, any bytes. */
  readonly strings: readonly Uint8Array[]
}

/** TXT and what has its form. */
export function stringsCodec<Type extends string>(type: Type, code: number): RecordCodec<StringsData<Type>> {
  return {
    type,
    code,
    parse: fields => ({ type, strings: parseStrings(fields) }),
    format: (data, escapes) => data.strings.map(string => quotedString(string, escapes)).join(' '),
    encode(writer, data) {
      if (data.strings.length === 0) throw new WireError(`${type}: expected one string or more`)
      for (const string of data.strings) writeString(writer, string)
    },
    decode(reader) {
      const strings: Uint8Array[] = []
      do strings.push(readString(reader))
      while (reader.at < reader.end)
      return { type, strings }
    },
  }
}

function parseStrings(fields: Fields): Uint8Array[] {
  if (fieldsLeft(fields) === 0)
    throw new PresentationError('InvalidCharacterString', 'Value should be enclosed in quotation marks', '')
  const strings: Uint8Array[] = []
  while (fieldsLeft(fields) > 0) strings.push(takeString(fields))
  return strings
}

/** A character string: one byte of length, then that many (RFC 1035 section 3.3). */
export function writeString(writer: Writer, string: Uint8Array): void {
  if (string.length > 255) throw new WireError('string longer than 255 bytes')
  writeUint8(writer, string.length)
  writeBytes(writer, string)
}

export function readString(reader: Reader): Uint8Array {
  return readBytes(reader, readUint8(reader))
}
