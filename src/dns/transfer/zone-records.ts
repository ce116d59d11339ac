import { types } from '../wire/codes.ts'
import { type NameKey, nameKey } from '../wire/name.ts'
import type { SoaData } from '../wire/records/soa.ts'
import type { ResourceRecord } from '../wire/resource-record.ts'
import type { RecordSet } from '../zone/record-set.ts'
import type { ZoneSnapshot } from '../zone/zone-snapshot.ts'

export interface SoaRecord extends ResourceRecord {
  readonly data: SoaData
}

/** A zone as a copy of it has it: what routing policies decide stands as it is answered now. */
export interface ZoneRecords {
  readonly soa: SoaRecord
  readonly others: readonly ResourceRecord[]
}

/** Undefined when the snapshot has no such zone. */
export function zoneRecords(snapshot: ZoneSnapshot, apex: NameKey): ZoneRecords | undefined {
  const zone = snapshot.zones.find(one => nameKey(one.name) === apex)
  const soa = zoneSoa(snapshot, apex)
  if (zone === undefined || soa === undefined) return undefined
  const isApex = (set: RecordSet, code: number): boolean => set.key === apex && set.code === code
  const sets = zone.sets()
  const hasServers = sets.some(set => isApex(set, types.ns))
  return {
    soa,
    others: [
      ...(hasServers ? [] : apexRecords(snapshot, apex, types.ns)),
      ...sets.filter(set => !isApex(set, types.soa)).flatMap(recordsOf),
    ],
  }
}

export function zoneSoa(snapshot: ZoneSnapshot, apex: NameKey): SoaRecord | undefined {
  const [soa] = apexRecords(snapshot, apex, types.soa)
  const serial = snapshot.serials.get(apex)
  if (soa?.data.type !== 'SOA' || serial === undefined) return undefined
  return { ...soa, data: { ...soa.data, serial } }
}

function recordsOf({ name, ttlSeconds, data }: RecordSet): ResourceRecord[] {
  return data.map(one => ({ name, ttlSeconds, data: one }))
}

/** As the zone answers them, so that a zone without a record of its own has the default. */
function apexRecords(snapshot: ZoneSnapshot, apex: NameKey, code: number): ResourceRecord[] {
  const found = snapshot.nodes.get(apex)?.byType.get(code)
  const zone = snapshot.zones.find(one => nameKey(one.name) === apex)
  if (found === undefined || !('plan' in found) || zone === undefined) return []
  return found.plan.answers.map(({ ttlSeconds, data }) => ({ name: zone.name, ttlSeconds, data }))
}
