import { type Name, readName, writeName } from '../name.ts'
import { absoluteName } from './absolute-name.ts'
import type { RecordCodec } from './codec.ts'

export interface CnameData {
  readonly type: 'CNAME'
  readonly target: Name
}

/** RFC 1035 section 3.3.1. */
export const cname: RecordCodec<CnameData> = {
  type: 'CNAME',
  code: 5,
  parse: text => ({ type: 'CNAME', target: absoluteName(text) }),
  format: data => data.target,
  encode: (writer, data) => writeName(writer, data.target),
  decode: reader => ({ type: 'CNAME', target: readName(reader) }),
}
