import type { DelegationSet } from '@aws-sdk/client-route-53'
import { type DelegationSetDocument, delegationSetKey, delegationSetPrefix } from '../../resources/dns.ts'
import type { Snapshot } from '../../store/store.ts'
import { nameServers } from './hosted-zone.ts'

/** Our servers all answer for every zone, so every set has the same. */
export function shownReusableSet(snapshot: Snapshot, id: string): DelegationSet {
  const document = snapshot.get<DelegationSetDocument>(delegationSetKey(id))?.value
  return {
    Id: `/delegationset/${id}`,
    ...(document === undefined ? {} : { CallerReference: document.CallerReference }),
    NameServers: nameServers(snapshot),
  }
}

export function delegationSetIds(snapshot: Snapshot): string[] {
  return snapshot.list(delegationSetPrefix).map(({ key }) => key.slice(delegationSetPrefix.length))
}
