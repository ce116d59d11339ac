import { type Name, readName, writeName } from '../name.ts'
import { formatName } from '../presentation/escapes.ts'
import { takeName } from '../presentation/fields.ts'
import type { RecordCodec } from './codec.ts'

export interface NsData {
  readonly type: 'NS'
  readonly nameServer: Name
}

/** RFC 1035 section 3.3.11. */
export const ns: RecordCodec<NsData> = {
  type: 'NS',
  code: 2,
  fieldCount: 1,
  parse: fields => ({ type: 'NS', nameServer: takeName(fields) }),
  format: (data, escapes) => formatName(data.nameServer, escapes),
  encode: (writer, data) => writeName(writer, data.nameServer),
  decode: reader => ({ type: 'NS', nameServer: readName(reader) }),
}
