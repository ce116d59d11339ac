import type { RecordCodec } from './codec.ts'
import { type StringsData, stringsCodec } from './strings.ts'

export type TxtData = StringsData<'TXT'>

/** RFC 1035 section 3.3.14. */
export const txt: RecordCodec<TxtData> = stringsCodec('TXT', 16)
