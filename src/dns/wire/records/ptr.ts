import { type Name, readName, writeName } from '../name.ts'
import { formatName } from '../presentation/escapes.ts'
import { takeName } from '../presentation/fields.ts'
import type { RecordCodec } from './codec.ts'

export interface PtrData {
  readonly type: 'PTR'
  readonly target: Name
}

/** RFC 1035 section 3.3.12. */
export const ptr: RecordCodec<PtrData> = {
  type: 'PTR',
  code: 12,
  fieldCount: 1,
  parse: fields => ({ type: 'PTR', target: takeName(fields) }),
  format: (data, escapes) => formatName(data.target, escapes),
  encode: (writer, data) => writeName(writer, data.target),
  decode: reader => ({ type: 'PTR', target: readName(reader) }),
}
