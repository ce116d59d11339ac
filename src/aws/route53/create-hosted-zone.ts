import type { CreateHostedZoneRequest, CreateHostedZoneResponse } from '@aws-sdk/client-route-53'
import { createHostedZone as decide, type NewZone } from '../../dns/changes/hosted-zones.ts'
import {
  type HostedZoneDocument,
  hostedZoneKey,
  type RecordSetDocument,
  recordSetKey,
} from '../../resources/dns.ts'
import type { Snapshot } from '../../store/store.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Checked, Operation } from '../operation.ts'
import { changeInfo, submitChange } from './change-info.ts'
import { allZones, delegationSetOf, nameServers, shownDelegationSet, shownZone } from './hosted-zone.ts'
import { newZoneId } from './identifiers.ts'
import { quotas } from './quotas.ts'
import { refuse, refusedBy } from './refuse.ts'
import { registered } from './register.ts'

export const createHostedZone: Operation<CreateHostedZoneRequest, CreateHostedZoneResponse> = async (
  input,
  context,
) => {
  refusePrivate(input)
  const { answer, revision } = await commitPlanned(context.store, snapshot => {
    const zones = allZones(snapshot)
    if (zones.length >= quotas.hostedZonesMax)
      throw refuse(
        'TooManyHostedZones',
        `Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more hosted zones.`,
      )
    const created = newZone(input, zones, snapshot, newZoneId(context.random))
    const document = zoneDocument(input, created, snapshot)
    const submitted = submitChange(snapshot, context, undefined)
    return {
      changes: [...zoneChanges(document, created), ...submitted.changes, registered(snapshot, 'hosted-zone')],
      answer: { document, submitted },
    }
  })
  const snapshot = context.store.read()
  const { Id } = answer.document.HostedZone
  return {
    HostedZone: shownZone(snapshot, answer.document),
    ChangeInfo: changeInfo(answer.submitted.id, answer.submitted.document, revision, context),
    DelegationSet: shownDelegationSet(snapshot, answer.document),
    Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${Id}`,
  }
}

/** Whose queries would be answered from a private zone, no DNS server of ours can tell: there is no VPC that they come from. */
function refusePrivate({ VPC, HostedZoneConfig }: Checked<CreateHostedZoneRequest>): void {
  if (VPC !== undefined || HostedZoneConfig?.PrivateZone === true)
    throw refuse(
      'InvalidInput',
      'Private hosted zones are not supported: every zone is answered to whoever reaches the DNS servers. Leave VPC and PrivateZone out.',
    )
}

function newZone(
  { Name, CallerReference, HostedZoneConfig }: Checked<CreateHostedZoneRequest>,
  zones: readonly HostedZoneDocument[],
  snapshot: Snapshot,
  Id: string,
): NewZone {
  const Comment = HostedZoneConfig?.Comment
  const outcome = decide(
    {
      Id,
      Name,
      CallerReference,
      Config: { ...(Comment === undefined ? {} : { Comment }), PrivateZone: false },
    },
    zones.map(({ HostedZone }) => HostedZone),
    nameServers(snapshot),
  )
  if (outcome.kind === 'refused') throw refusedBy(outcome)
  return outcome
}

function zoneDocument(
  { DelegationSetId }: Checked<CreateHostedZoneRequest>,
  { zone }: NewZone,
  snapshot: Snapshot,
): HostedZoneDocument {
  return {
    HostedZone: zone,
    ...(DelegationSetId === undefined ? {} : { DelegationSetId: delegationSetOf(snapshot, DelegationSetId) }),
  }
}

function zoneChanges(document: HostedZoneDocument, { zone, recordSets }: NewZone) {
  return [
    { key: hostedZoneKey(zone.Id), value: document },
    ...recordSets.map(set => ({
      key: recordSetKey(zone.Id, set.Name, set.Type),
      value: { ResourceRecordSet: set } satisfies RecordSetDocument,
    })),
  ]
}
