import type {
  GetReusableDelegationSetRequest,
  GetReusableDelegationSetResponse,
} from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { shownReusableSet } from './delegation-set.ts'
import { delegationSetOf } from './hosted-zone.ts'

export const getReusableDelegationSet: Operation<
  GetReusableDelegationSetRequest,
  GetReusableDelegationSetResponse
> = async ({ Id }, { store }) => {
  const snapshot = store.read()
  return { DelegationSet: shownReusableSet(snapshot, delegationSetOf(snapshot, Id)) }
}
