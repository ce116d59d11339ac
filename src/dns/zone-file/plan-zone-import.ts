import { createHash } from 'node:crypto'
import {
  type HostedZoneDocument,
  hostedZoneKey,
  type RecordSetDocument,
  recordSetKey,
  recordSetPrefix,
} from '../../resources/dns.ts'
import type { Change, Guard, Snapshot } from '../../store/store.ts'
import { type Name, nameKey } from '../wire/name.ts'
import { nameFromRoute53, nameToRoute53, type Route53RecordSet } from '../zone/record-set.ts'
import { isExpressible } from './export-zone-file.ts'

export interface ZoneImportPlan {
  readonly zoneId: string
  readonly isNewZone: boolean
  readonly guards: readonly Guard[]
  readonly changes: readonly Change[]
  /** Record sets, each as name and type. */
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly deleted: readonly string[]
  readonly unchanged: number
  /** Routing policies and aliases, which no zone file can hold, and the zone's own SOA and NS where the file has none. */
  readonly kept: readonly string[]
}

/**
 * What makes a hosted zone hold these record sets. Guarded by every document that was looked at: whoever changes the zone meanwhile
 * makes the commit fail, and the plan is made anew.
 *
 * | in the store          | in the file | then      |
 * |-----------------------|-------------|-----------|
 * | –                     | yes         | added     |
 * | simple                | the same    | unchanged |
 * | any                   | another     | replaced  |
 * | simple                | –           | deleted   |
 * | SOA, NS at apex       | –           | kept      |
 * | address of such an NS | –           | kept      |
 * | policy or alias       | –           | kept      |
 */
export function planZoneImport(
  snapshot: Snapshot,
  zone: Name,
  recordSets: readonly Route53RecordSet[],
): ZoneImportPlan {
  const hosted = findHostedZone(snapshot, zone)
  const zoneId = hosted?.HostedZone.Id ?? newZoneId(zone)
  const isNewZone = hosted === undefined
  const wanted = new Map<string, Route53RecordSet>()
  for (const recordSet of isNewZone ? withAuthority(zone, recordSets) : recordSets)
    wanted.set(labelOf(recordSet), recordSet)
  const present = snapshot.list<RecordSetDocument>(recordSetPrefix(zoneId))
  const servers = keptServers(
    present.map(({ value }) => value.ResourceRecordSet),
    zone,
    wanted,
  )
  const presentLabels = new Set(present.map(({ value }) => labelOf(value.ResourceRecordSet)))
  const [changed, deleted, kept, same] = [
    new Set<string>(),
    new Set<string>(),
    new Set<string>(),
    new Set<string>(),
  ]
  const changes = new Map<string, Change>()
  const change = (key: string, value: object | undefined): unknown => changes.set(key, { key, value })
  if (isNewZone) change(hostedZoneKey(zoneId), newZone(zoneId, zone))
  for (const { key, value } of present) {
    const label = labelOf(value.ResourceRecordSet)
    const next = wanted.get(label)
    if (next === undefined && (isKept(value.ResourceRecordSet, zone) || servers.has(label))) kept.add(label)
    else if (next !== undefined && isSame(value.ResourceRecordSet, next)) same.add(label)
    else {
      ;(next === undefined ? deleted : changed).add(label)
      change(key, undefined)
    }
  }
  for (const [label, recordSet] of wanted) {
    if (same.has(label)) continue
    const value: RecordSetDocument = { ResourceRecordSet: recordSet }
    change(recordSetKey(zoneId, recordSet.Name, recordSet.Type), value)
  }
  return {
    zoneId,
    isNewZone,
    guards: guardsOf(snapshot, [hostedZoneKey(zoneId), ...present.map(({ key }) => key), ...changes.keys()]),
    changes: [...changes.values()],
    added: [...wanted.keys()].filter(label => !presentLabels.has(label)).sort(),
    changed: [...changed].sort(),
    deleted: [...deleted].sort(),
    unchanged: same.size,
    kept: [...kept].sort(),
  }
}

/** The one that is served: the first of its name. */
export function findHostedZone(snapshot: Snapshot, zone: Name): HostedZoneDocument | undefined {
  return snapshot
    .list<HostedZoneDocument>('route53/zone/')
    .find(
      ({ key, value }) =>
        !key.includes('/record-set/') && nameKey(nameFromRoute53(value.HostedZone.Name)) === nameKey(zone),
    )?.value
}

/** A digest of the name: two imports at once of one new zone meet in one document, and one of them is told. */
function newZoneId(zone: Name): string {
  return `Z${createHash('sha256')
    .update(`hosted zone ${nameKey(zone)}`)
    .digest('hex')
    .slice(0, 20)
    .toUpperCase()}`
}

function newZone(Id: string, zone: Name): HostedZoneDocument {
  const Name = nameToRoute53(zone)
  return { HostedZone: { Id, Name, CallerReference: `zone file of ${Name}`, Config: { PrivateZone: false } } }
}

/** A hosted zone always has both, as Route 53 makes them. */
function withAuthority(zone: Name, recordSets: readonly Route53RecordSet[]): readonly Route53RecordSet[] {
  const Name = nameToRoute53(zone)
  const server = zone === '.' ? 'ns1.' : `ns1.${Name}`
  const has = (type: string): boolean => recordSets.some(one => one.Type === type && one.Name === Name)
  const soa = `${server} ${server.replace(/^ns1/, 'hostmaster')} 1 7200 900 1209600 86400`
  const made: Route53RecordSet[] = [
    { Name, Type: 'SOA', TTL: 900, ResourceRecords: [{ Value: soa }] },
    { Name, Type: 'NS', TTL: 172_800, ResourceRecords: [{ Value: server }] },
  ]
  return [...made.filter(({ Type }) => !has(Type)), ...recordSets]
}

function labelOf({ Name: name, Type }: Route53RecordSet): string {
  return `${nameToRoute53(nameFromRoute53(name))} ${Type}`
}

function isKept(recordSet: Route53RecordSet, zone: Name): boolean {
  if (!isExpressible(recordSet)) return true
  const isApex = nameKey(nameFromRoute53(recordSet.Name)) === nameKey(zone)
  return isApex && (recordSet.Type === 'SOA' || recordSet.Type === 'NS')
}

/** Addresses of the zone's own name servers, while the file says nothing of these: without them the zone could not be found. */
function keptServers(
  present: readonly Route53RecordSet[],
  zone: Name,
  wanted: ReadonlyMap<string, Route53RecordSet>,
): ReadonlySet<string> {
  const label = `${nameToRoute53(zone)} NS`
  const servers = wanted.has(label) ? undefined : present.find(recordSet => labelOf(recordSet) === label)
  const names = (servers?.ResourceRecords ?? []).map(({ Value = '' }) => nameFromRoute53(Value))
  return new Set(names.flatMap(name => [`${nameToRoute53(name)} A`, `${nameToRoute53(name)} AAAA`]))
}

/** The order of values means nothing. */
function isSame(a: Route53RecordSet, b: Route53RecordSet): boolean {
  if (!isExpressible(a) || a.TTL !== b.TTL) return false
  const values = (of: Route53RecordSet): string =>
    (of.ResourceRecords ?? [])
      .map(record => record.Value ?? '')
      .sort()
      .join('\n')
  return values(a) === values(b)
}

function guardsOf(snapshot: Snapshot, keys: readonly string[]): Guard[] {
  return [...new Set(keys)].map(key => ({ key, revision: snapshot.get(key)?.revision ?? 'absent' }))
}
