import type {
  CreateReusableDelegationSetRequest,
  CreateReusableDelegationSetResponse,
} from '@aws-sdk/client-route-53'
import {
  type DelegationSetDocument,
  delegationSetKey,
  delegationSetPrefix,
  hostedZoneKey,
} from '../../resources/dns.ts'
import type { Snapshot } from '../../store/store.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { shownReusableSet } from './delegation-set.ts'
import { zoneOf } from './hosted-zone.ts'
import { newDelegationSetId } from './identifiers.ts'
import { quotas } from './quotas.ts'
import { refuse } from './refuse.ts'
import { registered } from './register.ts'

/** With a hosted zone, the set of that zone becomes reusable. */
export const createReusableDelegationSet: Operation<
  CreateReusableDelegationSetRequest,
  CreateReusableDelegationSetResponse
> = async ({ CallerReference, HostedZoneId }, { store, random }) => {
  const { answer } = await commitPlanned(store, snapshot => {
    refuseSet(snapshot, CallerReference)
    const id = newDelegationSetId(random)
    const document: DelegationSetDocument = { CallerReference }
    return {
      changes: [
        { key: delegationSetKey(id), value: document },
        ...zoneChange(snapshot, HostedZoneId, id),
        registered(snapshot, 'delegation-set'),
      ],
      answer: id,
    }
  })
  return {
    DelegationSet: shownReusableSet(store.read(), answer),
    Location: `https://route53.amazonaws.com/2013-04-01/delegationset/${answer}`,
  }
}

function refuseSet(snapshot: Snapshot, CallerReference: string): void {
  const sets = snapshot.list<DelegationSetDocument>(delegationSetPrefix)
  if (sets.some(({ value }) => value.CallerReference === CallerReference))
    throw refuse(
      'DelegationSetAlreadyCreated',
      'A delegation set with the same owner and caller reference combination has already been created.',
    )
  if (sets.length >= quotas.delegationSetsMax)
    throw refuse(
      'LimitsExceeded',
      'Limits Exceeded: MAX_REUSABLE_DELEGATION_SETS_BY_OWNER - Cannot create more delegation sets.',
    )
}

function zoneChange(snapshot: Snapshot, given: string | undefined, id: string) {
  if (given === undefined) return []
  const document = zoneOf(snapshot, given)
  if (document.DelegationSetId !== undefined)
    throw refuse(
      'DelegationSetAlreadyReusable',
      'The specified delegation set has already been marked as reusable.',
    )
  return [{ key: hostedZoneKey(document.HostedZone.Id), value: { ...document, DelegationSetId: id } }]
}
