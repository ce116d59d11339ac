import { type Name, readName, writeName } from '../name.ts'
import { formatName } from '../presentation/escapes.ts'
import { takeName, takeUint, uint16Max } from '../presentation/fields.ts'
import { readUint16 } from '../reader.ts'
import { writeUint16 } from '../writer.ts'
import type { RecordCodec } from './codec.ts'

export interface MxData {
  readonly type: 'MX'
  readonly preference: number
  readonly exchange: Name
}

/** RFC 1035 section 3.3.9. */
export const mx: RecordCodec<MxData> = {
  type: 'MX',
  code: 15,
  fieldCount: 2,
  parse: fields => ({ type: 'MX', preference: takeUint(fields, uint16Max), exchange: takeName(fields) }),
  format: (data, escapes) => `${data.preference} ${formatName(data.exchange, escapes)}`,
  encode(writer, data) {
    writeUint16(writer, data.preference)
    writeName(writer, data.exchange)
  },
  decode: reader => ({ type: 'MX', preference: readUint16(reader), exchange: readName(reader) }),
}
