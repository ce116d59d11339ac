import { type Name, readName, writeName } from '../name.ts'
import { formatName } from '../presentation/escapes.ts'
import { takeName } from '../presentation/fields.ts'
import type { RecordCodec } from './codec.ts'

export interface CnameData {
  readonly type: 'CNAME'
  readonly target: Name
}

/** RFC 1035 section 3.3.1. */
export const cname: RecordCodec<CnameData> = {
  type: 'CNAME',
  code: 5,
  fieldCount: 1,
  parse: fields => ({ type: 'CNAME', target: takeName(fields) }),
  format: (data, escapes) => formatName(data.target, escapes),
  encode: (writer, data) => writeName(writer, data.target),
  decode: reader => ({ type: 'CNAME', target: readName(reader) }),
}
