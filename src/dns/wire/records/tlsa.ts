import { hexText, takeHex, takeUint, uint8Max } from '../presentation/fields.ts'
import { readBytes, readUint8 } from '../reader.ts'
import { writeBytes, writeUint8 } from '../writer.ts'
import type { RecordCodec } from './codec.ts'

export interface TlsaData {
  readonly type: 'TLSA'
  readonly usage: number
  readonly selector: number
  readonly matchingType: number
  readonly association: Uint8Array
}

/** RFC 6698 section 2. */
export const tlsa: RecordCodec<TlsaData> = {
  type: 'TLSA',
  code: 52,
  parse: fields => ({
    type: 'TLSA',
    usage: takeUint(fields, uint8Max),
    selector: takeUint(fields, uint8Max),
    matchingType: takeUint(fields, uint8Max),
    association: takeHex(fields),
  }),
  format: data =>
    `${data.usage} ${data.selector} ${data.matchingType} ${hexText(data.association)}`.trimEnd(),
  encode(writer, data) {
    writeUint8(writer, data.usage)
    writeUint8(writer, data.selector)
    writeUint8(writer, data.matchingType)
    writeBytes(writer, data.association)
  },
  decode: reader => ({
    type: 'TLSA',
    usage: readUint8(reader),
    selector: readUint8(reader),
    matchingType: readUint8(reader),
    association: readBytes(reader, reader.end - reader.at),
  }),
}
