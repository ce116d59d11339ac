import type {
  ListReusableDelegationSetsRequest,
  ListReusableDelegationSetsResponse,
} from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { delegationSetIds, shownReusableSet } from './delegation-set.ts'
import { bareId } from './identifiers.ts'
import { pageFrom } from './page.ts'

export const listReusableDelegationSets: Operation<
  ListReusableDelegationSetsRequest,
  ListReusableDelegationSetsResponse
> = async ({ Marker = '', MaxItems }, { store }) => {
  const snapshot = store.read()
  const { items, next, max } = pageFrom(
    delegationSetIds(snapshot),
    id => id,
    bareId(Marker, 'delegationset'),
    MaxItems,
  )
  return {
    DelegationSets: items.map(id => shownReusableSet(snapshot, id)),
    Marker,
    IsTruncated: next !== undefined,
    ...(next === undefined ? {} : { NextMarker: next }),
    MaxItems: max,
  }
}
