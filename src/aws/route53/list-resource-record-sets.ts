import type {
  ListResourceRecordSetsRequest,
  ListResourceRecordSetsResponse,
  RRType,
} from '@aws-sdk/client-route-53'
import { listRecordSets, recordSetsPageMax } from '../../dns/changes/list-record-sets.ts'
import type { Operation } from '../operation.ts'
import { recordSetsOf, zoneOf } from './hosted-zone.ts'
import { refusedBy } from './refuse.ts'

export const listResourceRecordSets: Operation<
  ListResourceRecordSetsRequest,
  ListResourceRecordSetsResponse
> = async (
  { HostedZoneId, StartRecordName, StartRecordType, StartRecordIdentifier, MaxItems },
  { store },
) => {
  const snapshot = store.read()
  const { Id } = zoneOf(snapshot, HostedZoneId).HostedZone
  const max = Math.min(Math.max(1, MaxItems ?? recordSetsPageMax), recordSetsPageMax)
  const start = { name: StartRecordName, type: StartRecordType, identifier: StartRecordIdentifier }
  const page = listRecordSets(recordSetsOf(snapshot, Id), start, max)
  if (page.kind === 'refused') throw refusedBy(page)
  const { recordSets, next } = page
  return {
    ResourceRecordSets: [...recordSets],
    IsTruncated: next !== undefined,
    ...(next === undefined ? {} : { NextRecordName: next.name, NextRecordType: next.type as RRType }),
    ...(next?.identifier === undefined ? {} : { NextRecordIdentifier: next.identifier }),
    MaxItems: max,
  }
}
