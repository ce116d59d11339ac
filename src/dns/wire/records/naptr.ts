import { type Name, readName, writeWholeName } from '../name.ts'
import { formatName, quotedString } from '../presentation/escapes.ts'
import { takeName, takeString, takeUint, uint16Max } from '../presentation/fields.ts'
import { readUint16 } from '../reader.ts'
import { writeUint16 } from '../writer.ts'
import type { RecordCodec } from './codec.ts'
import { readString, writeString } from './strings.ts'

export interface NaptrData {
  readonly type: 'NAPTR'
  readonly order: number
  readonly preference: number
  readonly flags: Uint8Array
  readonly services: Uint8Array
  readonly pattern: Uint8Array
  readonly replacement: Name
}

/** RFC 3403 section 4.1. */
export const naptr: RecordCodec<NaptrData> = {
  type: 'NAPTR',
  code: 35,
  fieldCount: 6,
  parse: fields => ({
    type: 'NAPTR',
    order: takeUint(fields, uint16Max),
    preference: takeUint(fields, uint16Max),
    flags: takeString(fields),
    services: takeString(fields),
    pattern: takeString(fields),
    replacement: takeName(fields),
  }),
  format: (data, escapes) =>
    [
      data.order,
      data.preference,
      ...[data.flags, data.services, data.pattern].map(string => quotedString(string, escapes)),
      formatName(data.replacement, escapes),
    ].join(' '),
  encode(writer, data) {
    writeUint16(writer, data.order)
    writeUint16(writer, data.preference)
    for (const string of [data.flags, data.services, data.pattern]) writeString(writer, string)
    writeWholeName(writer, data.replacement)
  },
  decode: reader => ({
    type: 'NAPTR',
    order: readUint16(reader),
    preference: readUint16(reader),
    flags: readString(reader),
    services: readString(reader),
    pattern: readString(reader),
    replacement: readName(reader),
  }),
}
