import type {
  DescribeTrustStoresInput,
  DescribeTrustStoresOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Operation } from '../operation.ts'
import { refuse } from './refusal.ts'

/** Load balancers ask clients for no certificates, so there are no trust stores. */
export const describeTrustStores: Operation<DescribeTrustStoresInput, DescribeTrustStoresOutput> = async ({
  TrustStoreArns,
  Names,
}) => {
  if ((TrustStoreArns ?? Names ?? []).length > 0)
    throw refuse('TrustStoreNotFound', 'One or more trust stores not found')
  return { TrustStores: [] }
}
