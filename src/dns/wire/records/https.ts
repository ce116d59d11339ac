import type { RecordCodec } from './codec.ts'
import { type ServiceData, serviceCodec } from './service-binding.ts'

export type HttpsData = ServiceData<'HTTPS'>

/** RFC 9460 section 9. */
export const https: RecordCodec<HttpsData> = serviceCodec('HTTPS', 65)
