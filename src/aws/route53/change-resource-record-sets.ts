import type {
  ChangeResourceRecordSetsRequest,
  ChangeResourceRecordSetsResponse,
} from '@aws-sdk/client-route-53'
import { changeRecordSets } from '../../dns/changes/change-record-sets.ts'
import { type HostedZoneDocument, hostedZoneKey } from '../../resources/dns.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { changeInfo, submitChange } from './change-info.ts'
import { knownResources, recordSetsOf, referredKeys, zoneOf } from './hosted-zone.ts'
import { refusedBy } from './refuse.ts'

export const changeResourceRecordSets: Operation<
  ChangeResourceRecordSetsRequest,
  ChangeResourceRecordSetsResponse
> = async ({ HostedZoneId, ChangeBatch }, context) => {
  const { answer, revision } = await commitPlanned(context.store, snapshot => {
    const document = zoneOf(snapshot, HostedZoneId)
    const { HostedZone: zone, Batches = 0 } = document
    const contents = { zone, recordSets: recordSetsOf(snapshot, zone.Id), known: knownResources(snapshot) }
    const outcome = changeRecordSets(contents, withBareIds(ChangeBatch))
    if (outcome.kind === 'refused') throw refusedBy(outcome)
    const submitted = submitChange(snapshot, context, ChangeBatch.Comment)
    const counted: HostedZoneDocument = { ...document, Batches: Batches + 1 }
    return {
      changes: [...outcome.changes, { key: hostedZoneKey(zone.Id), value: counted }, ...submitted.changes],
      unchanged: (ChangeBatch.Changes ?? []).flatMap(change => referredKeys(change.ResourceRecordSet ?? {})),
      answer: submitted,
    }
  })
  return { ChangeInfo: changeInfo(answer.id, answer.document, revision, context) }
}

type Batch = NonNullable<ChangeResourceRecordSetsRequest['ChangeBatch']>

/** Alias targets may name their zone as other answers of the API write it. */
function withBareIds(batch: Batch): Batch {
  const bare = (id: string | undefined): string | undefined => id?.replace(/^\/hostedzone\//, '')
  return {
    ...batch,
    Changes: (batch.Changes ?? []).map(change => {
      const set = change.ResourceRecordSet
      if (set?.AliasTarget === undefined) return change
      const AliasTarget = { ...set.AliasTarget, HostedZoneId: bare(set.AliasTarget.HostedZoneId) }
      return { ...change, ResourceRecordSet: { ...set, AliasTarget } }
    }),
  }
}
