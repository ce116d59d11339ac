import { type HostedZoneDocument, type RecordSetDocument, recordSetPrefix } from '../../resources/dns.ts'
import type { Document, Snapshot } from '../../store/store.ts'
import { keyToName, type Name, type NameKey, nameKey, parentKey } from '../wire/name.ts'
import type { NamedBalancer } from './balancer-names.ts'
import { nameFromRoute53 } from './record-set.ts'

/** A zone before its records are chosen. */
export interface ZoneDraft {
  readonly apex: NameKey
  readonly name: Name
  readonly recordSets: readonly Document<RecordSetDocument>[]
}

/** Hosted zones, and one for load balancers whose names lie in none (AWS has a zone of its own for them too). */
export function zoneDrafts(resources: Snapshot, balancers: readonly NamedBalancer[]): ZoneDraft[] {
  const drafts = new Map<NameKey, ZoneDraft>()
  for (const { key, value } of resources.list<HostedZoneDocument>('route53/zone/')) {
    if (key.includes('/record-set/')) continue
    const name = nameFromRoute53(value.HostedZone.Name)
    const recordSets = resources.list<RecordSetDocument>(recordSetPrefix(value.HostedZone.Id))
    // Two hosted zones of one name are two sets of name servers in AWS; one server can only be one of them: the first.
    if (!drafts.has(nameKey(name))) drafts.set(nameKey(name), { apex: nameKey(name), name, recordSets })
  }
  const apexes = new Set(drafts.keys())
  for (const { key } of balancers) {
    const apex = parentKey(key)
    if (apex === undefined || closestApex(key, apexes) !== undefined) continue
    drafts.set(apex, { apex, name: keyToName(apex), recordSets: [] })
  }
  return [...drafts.values()]
}

/** Of the zone that a name belongs to: the deepest one at or above it. */
export function closestApex(key: NameKey, apexes: ReadonlySet<NameKey>): NameKey | undefined {
  let at: NameKey | undefined = key
  while (at !== undefined && !apexes.has(at)) at = parentKey(at)
  return at
}
