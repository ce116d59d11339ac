import type { ChangeBatch, Change as Route53Change } from '@aws-sdk/client-route-53'
import { type HostedZoneDocument, type RecordSetDocument, recordSetKey } from '../../resources/dns.ts'
import type { Change } from '../../store/store.ts'
import { nameKey } from '../wire/name.ts'
import { nameFromRoute53 } from '../zone/record-set.ts'
import { aliasProblems } from './alias-rules.ts'
import { refuseBatchSize } from './batch-size.ts'
import { changeLimits } from './change-limits.ts'
import { refuseChangeShape } from './change-request.ts'
import { cnameProblems } from './cname-rules.ts'
import { failoverProblems } from './failover-rules.ts'
import { finishedZoneProblems } from './finished-zone.ts'
import {
  bracketed,
  dropSet,
  type Fields,
  identityOf,
  type KnownResources,
  type PlannedChange,
  putSet,
  type WorkingZone,
} from './planned-change.ts'
import { policyProblems } from './policy-rules.ts'
import { readRecordName } from './record-name.ts'
import { refuseReferences } from './reference-rules.ts'
import { type Refusal, refusal } from './refusal.ts'
import { repeatedChangeProblems } from './repeated-changes.ts'
import { isSameRecordSet } from './same-record-set.ts'
import { valueProblems } from './value-rules.ts'
import { zoneProblems } from './zone-rules.ts'

export interface ZoneContents {
  readonly zone: HostedZoneDocument['HostedZone']
  readonly recordSets: readonly Fields[]
  readonly known: KnownResources
}

export interface AcceptedChanges {
  readonly kind: 'accepted'
  /** For the store, in one commit. */
  readonly changes: readonly Change[]
  /** The zone afterwards, in no order. */
  readonly recordSets: readonly Fields[]
}

/**
 * ChangeResourceRecordSets: all or nothing, one change after another, each seeing what those before it did. What is wrong with a
 * request by itself is told alone (InvalidInput); what is wrong with its changes is told of all of them (InvalidChangeBatch).
 */
export function changeRecordSets(contents: ZoneContents, batch: ChangeBatch): AcceptedChanges | Refusal {
  const changes = batch.Changes ?? []
  const comment = batch.Comment?.length ?? 0
  if (comment > changeLimits.commentCharactersMax)
    return refusal(
      'InvalidInput',
      `Invalid request: Comment is longer than ${changeLimits.commentCharactersMax} characters`,
    )
  for (const [index, change] of changes.entries()) {
    const wrong = refuseChangeShape(change, index)
    if (wrong !== undefined) return wrong
  }
  const tooLarge = refuseBatchSize(changes)
  if (tooLarge !== undefined) return tooLarge
  const problems: string[] = []
  const planned = changes.flatMap(change => {
    const plan = plannedChange(change)
    if (typeof plan !== 'string') return [plan]
    problems.push(plan)
    return []
  })
  problems.push(...repeatedChangeProblems(planned))
  const zone = workingZone(contents)
  for (const change of planned) {
    const missing = change.action === 'DELETE' ? undefined : refuseReferences(change, zone)
    if (missing !== undefined) return missing
    problems.push(...carryOut(change, zone))
  }
  if (problems.length === 0) problems.push(...finishedZoneProblems(zone, planned))
  if (problems.length > 0) return refusal('InvalidChangeBatch', ...problems)
  return { kind: 'accepted', changes: storeChanges(planned, zone), recordSets: [...zone.sets.values()] }
}

/** Says what is wrong, and does nothing then. */
function carryOut(change: PlannedChange, zone: WorkingZone): string[] {
  const { action, set } = change
  const present = zone.sets.get(identityOf(set))
  if (action === 'DELETE') {
    if (present === undefined)
      return [`Tried to delete resource record set ${bracketed(set)} but it was not found`]
    if (!isSameRecordSet(present, set))
      return [
        `Tried to delete resource record set ${bracketed(set)} but the values provided do not match the current values`,
      ]
    dropSet(zone, set)
    return []
  }
  if (action === 'CREATE' && present !== undefined)
    return [`Tried to create resource record set ${bracketed(set)} but it already exists`]
  const problems = rules.flatMap(rule => [...rule(change, zone)])
  if (problems.length === 0) putSet(zone, set)
  return problems
}

/** In the order in which their problems are told. */
const rules: readonly ((change: PlannedChange, zone: WorkingZone) => Iterable<string>)[] = [
  zoneProblems,
  valueProblems,
  cnameProblems,
  policyProblems,
  failoverProblems,
  aliasProblems,
]

/** A string is what is wrong with its name. */
function plannedChange({ Action, ResourceRecordSet: given }: Route53Change): PlannedChange | string {
  const name = readRecordName(given?.Name ?? '')
  if (typeof name === 'string') return name
  const alias = given?.AliasTarget
  const target = readRecordName(alias?.DNSName ?? '')
  const set = {
    ...given,
    Name: name.text,
    ...(alias === undefined || typeof target === 'string'
      ? {}
      : { AliasTarget: { ...alias, DNSName: target.text } }),
  } as Fields
  return { action: Action as PlannedChange['action'], name, set }
}

function workingZone({ zone, recordSets, known }: ZoneContents): WorkingZone {
  const working: WorkingZone = {
    id: zone.Id,
    apex: nameKey(nameFromRoute53(zone.Name)),
    name: zone.Name,
    sets: new Map(),
    byName: new Map(),
    known,
  }
  for (const set of recordSets) putSet(working, set)
  return working
}

function storeChanges(planned: readonly PlannedChange[], zone: WorkingZone): Change[] {
  const touched = new Map(planned.map(({ set }) => [identityOf(set), set]))
  return [...touched].map(([identity, { Name, Type, SetIdentifier }]) => {
    const set = zone.sets.get(identity)
    const value: RecordSetDocument | undefined = set === undefined ? undefined : { ResourceRecordSet: set }
    return { key: recordSetKey(zone.id, Name, Type, SetIdentifier), value }
  })
}
