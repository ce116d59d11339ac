import type { ServiceOperations } from '../operation.ts'
import { describeAccountLimits } from './describe-account-limits.ts'

type Sdk = typeof import('@aws-sdk/client-elastic-load-balancing-v2')

export const elbv2Service: ServiceOperations<Sdk> = {
  operations: {
    DescribeAccountLimits: describeAccountLimits,
  },
  partial: {},
}
