import type {
  DeleteReusableDelegationSetRequest,
  DeleteReusableDelegationSetResponse,
} from '@aws-sdk/client-route-53'
import { delegationSetKey, registerKey } from '../../resources/dns.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { allZones, delegationSetOf } from './hosted-zone.ts'
import { refuse } from './refuse.ts'
import { registered } from './register.ts'

export const deleteReusableDelegationSet: Operation<
  DeleteReusableDelegationSetRequest,
  DeleteReusableDelegationSetResponse
> = async ({ Id }, { store }) => {
  await commitPlanned(store, snapshot => {
    const id = delegationSetOf(snapshot, Id)
    if (allZones(snapshot).some(zone => zone.DelegationSetId === id))
      throw refuse(
        'DelegationSetInUse',
        'The specified delegation set contains associated hosted zones which must be deleted before the reusable delegation set can be deleted.',
      )
    return {
      changes: [{ key: delegationSetKey(id), value: undefined }, registered(snapshot, 'delegation-set')],
      // A zone that is made with it at this moment writes this one.
      unchanged: [registerKey('hosted-zone')],
      answer: undefined,
    }
  })
  return {}
}
