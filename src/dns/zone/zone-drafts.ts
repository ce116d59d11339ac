import { type HostedZoneDocument, hostedZonePrefix } from '../../resources/dns.ts'
import type { Snapshot } from '../../store/store.ts'
import { isAtOrBelow, keyToName, type Name, type NameKey, nameKey, parentKey } from '../wire/name.ts'
import type { NamedBalancer } from './balancer-names.ts'
import { nameFromRoute53 } from './record-set.ts'

/** A zone before its records are looked at. */
export interface ZoneDraft {
  readonly apex: NameKey
  readonly name: Name
  /** Undefined for the zone of load balancers, which has no documents. */
  readonly zoneId: string | undefined
  /** Zones below this one that are served beside it. */
  readonly childApexes: readonly NameKey[]
}

/** Hosted zones, and one for load balancers whose names lie in none (AWS has a zone of its own for them too). Parents before their children. */
export function zoneDrafts(resources: Snapshot, balancers: readonly NamedBalancer[]): ZoneDraft[] {
  const drafts = new Map<NameKey, Omit<ZoneDraft, 'childApexes'>>()
  for (const { key, value } of resources.list<HostedZoneDocument>(hostedZonePrefix)) {
    if (isRecordSetKey(key)) continue
    const name = nameFromRoute53(value.HostedZone.Name)
    const apex = nameKey(name)
    // Two hosted zones of one name are two sets of name servers in AWS; one server can only be one of them: the first.
    if (!drafts.has(apex)) drafts.set(apex, { apex, name, zoneId: value.HostedZone.Id })
  }
  const hosted = new Set(drafts.keys())
  for (const { key } of balancers) {
    const apex = parentKey(key)
    if (apex === undefined || closestApex(key, hosted) !== undefined) continue
    drafts.set(apex, { apex, name: keyToName(apex), zoneId: undefined })
  }
  return [...drafts.values()]
    .sort((a, b) => labelCount(a.apex) - labelCount(b.apex))
    .map(draft => ({ ...draft, childApexes: childrenOf(draft.apex, drafts.keys()) }))
}

function childrenOf(apex: NameKey, apexes: Iterable<NameKey>): NameKey[] {
  return [...apexes].filter(child => child !== apex && isAtOrBelow(child, apex))
}

/** Of all that begins with `hostedZonePrefix`, the rest are hosted zones. */
export function isRecordSetKey(key: string): boolean {
  return key.includes('/record-set/')
}

/** Of the zone that a name belongs to: the deepest one at or above it. */
export function closestApex(key: NameKey, apexes: ReadonlySet<NameKey>): NameKey | undefined {
  let at: NameKey | undefined = key
  while (at !== undefined && !apexes.has(at)) at = parentKey(at)
  return at
}

export function labelCount(key: NameKey): number {
  let count = 0
  for (let at: NameKey | undefined = parentKey(key); at !== undefined; at = parentKey(at)) count++
  return count
}
