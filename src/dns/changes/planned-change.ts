import type { RecordSetDocument } from '../../resources/dns.ts'
import type { NameKey } from '../wire/name.ts'
import type { RecordName } from './record-name.ts'

export type Fields = RecordSetDocument['ResourceRecordSet']

/** One change, its name read and its fields as they would be stored. */
export interface PlannedChange {
  readonly action: 'CREATE' | 'DELETE' | 'UPSERT'
  readonly name: RecordName
  readonly set: Fields
}

/** A zone on its way through a batch: changes see what those before them did. */
export interface WorkingZone {
  readonly id: string
  readonly apex: NameKey
  /** With its final dot, as messages have it. */
  readonly name: string
  /** By `identityOf`. */
  readonly sets: Map<string, Fields>
  /** Keys of `sets` by name. */
  readonly byName: Map<string, Set<string>>
  readonly known: KnownResources
}

/** What a zone's records may refer to. */
export interface KnownResources {
  hasHealthCheck(id: string): boolean
  /** A load balancer's own name, without final dot and without `dualstack.`. */
  hasBalancer(dnsName: string): boolean
  /** Locations of a CIDR collection; undefined when there is none. */
  cidrLocations(collectionId: string): ReadonlySet<string> | undefined
}

export function identityOf({ Name, Type, SetIdentifier = '' }: Fields): string {
  return `${Name} ${Type} ${SetIdentifier}`
}

/** As it is written: name, type, and the set identifier of a policy's. */
export function bracketed({ Name, Type, SetIdentifier }: Fields): string {
  const id = SetIdentifier === undefined ? '' : `, set identifier='${SetIdentifier}'`
  return `[name='${Name}', type='${Type}'${id}]`
}

export function setsAt({ sets, byName }: WorkingZone, name: string): Fields[] {
  return [...(byName.get(name) ?? [])].map(key => sets.get(key)).filter(set => set !== undefined)
}

export function putSet(zone: WorkingZone, set: Fields): void {
  const key = identityOf(set)
  zone.sets.set(key, set)
  const keys = zone.byName.get(set.Name)
  if (keys === undefined) zone.byName.set(set.Name, new Set([key]))
  else keys.add(key)
}

export function dropSet(zone: WorkingZone, set: Fields): void {
  const key = identityOf(set)
  zone.sets.delete(key)
  zone.byName.get(set.Name)?.delete(key)
}
