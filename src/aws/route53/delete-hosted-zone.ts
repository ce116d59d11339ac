import type { DeleteHostedZoneRequest, DeleteHostedZoneResponse } from '@aws-sdk/client-route-53'
import { refuseZoneDeletion } from '../../dns/changes/hosted-zones.ts'
import { hostedZoneKey, recordSetKey } from '../../resources/dns.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { changeInfo, submitChange } from './change-info.ts'
import { recordSetsOf, zoneOf } from './hosted-zone.ts'
import { refusedBy } from './refuse.ts'
import { registered } from './register.ts'

export const deleteHostedZone: Operation<DeleteHostedZoneRequest, DeleteHostedZoneResponse> = async (
  { Id },
  context,
) => {
  const { answer, revision } = await commitPlanned(context.store, snapshot => {
    const { HostedZone: zone } = zoneOf(snapshot, Id)
    const recordSets = recordSetsOf(snapshot, zone.Id)
    const refused = refuseZoneDeletion(zone, recordSets)
    if (refused !== undefined) throw refusedBy(refused)
    const submitted = submitChange(snapshot, context, undefined)
    const keys = recordSets.map(({ Name, Type, SetIdentifier }) =>
      recordSetKey(zone.Id, Name, Type, SetIdentifier),
    )
    return {
      changes: [
        ...[hostedZoneKey(zone.Id), ...keys].map(key => ({ key, value: undefined })),
        ...submitted.changes,
        registered(snapshot, 'hosted-zone'),
      ],
      answer: submitted,
    }
  })
  return { ChangeInfo: changeInfo(answer.id, answer.document, revision, context) }
}
