import type { ServiceOperations } from '../operation.ts'
import { getCallerIdentity } from './get-caller-identity.ts'

type Sdk = typeof import('@aws-sdk/client-sts')

/** What tools ask before anything else: which account this is. Credentials are made by `everport access-key` alone. */
export const stsService: ServiceOperations<Sdk> = {
  operations: { GetCallerIdentity: getCallerIdentity },
  partial: {},
}
