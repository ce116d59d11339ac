import type { RecordCodec } from './codec.ts'
import { type StringsData, stringsCodec } from './strings.ts'

export type SpfData = StringsData<'SPF'>

/** RFC 7208 section 3.1 withdrew it; Route 53 still has it. */
export const spf: RecordCodec<SpfData> = stringsCodec('SPF', 99)
