import { quotedString } from '../presentation/escapes.ts'
import { type Fields, problem, stringBytes, takeText, takeUint, uint8Max } from '../presentation/fields.ts'
import { readBytes, readUint8 } from '../reader.ts'
import { WireError } from '../wire-error.ts'
import { writeBytes, writeUint8 } from '../writer.ts'
import type { RecordCodec } from './codec.ts'
import { readString, writeString } from './strings.ts'

export interface CaaData {
  readonly type: 'CAA'
  /** 128: critical. */
  readonly flags: number
  readonly tag: string
  readonly value: Uint8Array
}

const tagPattern = /^[\da-z]{1,255}$/i

/** RFC 8659 section 4. */
export const caa: RecordCodec<CaaData> = {
  type: 'CAA',
  code: 257,
  fieldCount: 3,
  parse: fields => ({
    type: 'CAA',
    flags: takeUint(fields, uint8Max),
    tag: takeTag(fields),
    value: stringBytes(takeText(fields), fields.escapes),
  }),
  format: (data, escapes) => `${data.flags} ${data.tag} ${quotedString(data.value, escapes)}`,
  encode(writer, data) {
    writeUint8(writer, data.flags)
    writeString(writer, Buffer.from(data.tag, 'latin1'))
    writeBytes(writer, data.value)
  },
  decode(reader) {
    const flags = readUint8(reader)
    const tag = Buffer.from(readString(reader)).toString('latin1')
    if (!tagPattern.test(tag)) throw new WireError('CAA: a tag is letters and digits')
    return { type: 'CAA', flags, tag, value: readBytes(reader, reader.end - reader.at) }
  },
}

function takeTag(fields: Fields): string {
  const tag = takeText(fields)
  if (!tagPattern.test(tag))
    throw problem(fields, 'IllegalTag', 'Value is not a tag of letters and digits', tag)
  return tag
}
