import type { RecordCodec } from './codec.ts'
import { type ServiceData, serviceCodec } from './service-binding.ts'

export type SvcbData = ServiceData<'SVCB'>

/** RFC 9460. */
export const svcb: RecordCodec<SvcbData> = serviceCodec('SVCB', 64)
