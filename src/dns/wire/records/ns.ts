import { type Name, readName, writeName } from '../name.ts'
import { absoluteName } from './absolute-name.ts'
import type { RecordCodec } from './codec.ts'

export interface NsData {
  readonly type: 'NS'
  readonly nameServer: Name
}

/** RFC 1035 section 3.3.11. */
export const ns: RecordCodec<NsData> = {
  type: 'NS',
  code: 2,
  parse: text => ({ type: 'NS', nameServer: absoluteName(text) }),
  format: data => data.nameServer,
  encode: (writer, data) => writeName(writer, data.nameServer),
  decode: reader => ({ type: 'NS', nameServer: readName(reader) }),
}
