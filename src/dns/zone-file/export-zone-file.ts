import { isAtOrBelow, type Name, type NameKey, nameKey, parentKey } from '../wire/name.ts'
import { formatName } from '../wire/presentation/escapes.ts'
import { formatRecordValue } from '../wire/records/record-value.ts'
import { codecOfType, type RecordData } from '../wire/records/table.ts'
import { dataOf, nameFromRoute53, type Route53RecordSet } from '../zone/record-set.ts'

/** What is answered now for a name and type that a routing policy or an alias decides; undefined when that is not known. */
export type Answered = (
  name: Name,
  type: string,
) => { readonly ttlSeconds: number; readonly data: readonly RecordData[] } | undefined

interface Line {
  readonly key: NameKey
  readonly code: number
  readonly text: string
}

/**
 * A zone as a zone file that reads back to the same record sets, in canonical order (RFC 4034 section 6.1): SOA first, then by name.
 * Routing policies and aliases are beyond a zone file: each is told in a comment, with what is answered now when `answered` knows.
 */
export function exportZoneFile(
  zone: Name,
  recordSets: readonly Route53RecordSet[],
  answered: Answered = () => undefined,
): string {
  const lines = [
    ...recordSets.filter(isExpressible).flatMap(recordSet => linesOf(zone, recordSet)),
    ...dynamicGroups(recordSets).flatMap(group => linesOfGroup(zone, group, answered)),
  ]
  const order = lines.map(line => ({ ...line, place: canonicalPlace(line.key) }))
  order.sort(
    (a, b) => compareText(a.place, b.place) || rank(a.code) - rank(b.code) || compareText(a.text, b.text),
  )
  return [`$ORIGIN ${formatName(zone, 'decimal')}`, ...order.map(line => line.text), ''].join('\n')
}

/** Simple, with values of its own. */
export function isExpressible(recordSet: Route53RecordSet): boolean {
  return recordSet.AliasTarget === undefined && recordSet.SetIdentifier === undefined
}

function linesOf(zone: Name, recordSet: Route53RecordSet): Line[] {
  const name = nameFromRoute53(recordSet.Name)
  return dataOf(recordSet).map(data => lineOf(zone, name, recordSet.TTL ?? 0, data))
}

function lineOf(zone: Name, name: Name, ttlSeconds: number, data: RecordData): Line {
  const { code, type } = codecOfType(data.type)
  const owner = ownerText(zone, name)
  return {
    key: nameKey(name),
    code,
    text: `${owner.padEnd(23)} ${ttlSeconds} IN ${type.padEnd(5)} ${formatRecordValue(data, 'decimal')}`,
  }
}

/** Relative to the zone. */
function ownerText(zone: Name, name: Name): string {
  const [key, apex] = [nameKey(name), nameKey(zone)]
  if (key === apex) return '@'
  if (zone === '.' || !isAtOrBelow(key, apex)) return formatName(name, 'decimal')
  return formatName(name.slice(0, -zone.length - 1), 'decimal')
}

function dynamicGroups(recordSets: readonly Route53RecordSet[]): Route53RecordSet[][] {
  const groups = new Map<string, Route53RecordSet[]>()
  for (const recordSet of recordSets) {
    if (isExpressible(recordSet)) continue
    const key = `${recordSet.Type} ${recordSet.Name}`
    groups.set(key, [...(groups.get(key) ?? []), recordSet])
  }
  return [...groups.values()]
}

function linesOfGroup(zone: Name, group: readonly Route53RecordSet[], answered: Answered): Line[] {
  const [{ Name: written, Type }] = group as [Route53RecordSet]
  const name = nameFromRoute53(written)
  const { code } = codecOfType(Type)
  const found = answered(name, Type)
  const comments = group.map(recordSet => ({
    key: nameKey(name),
    code,
    text: commentOf(zone, name, recordSet),
  }))
  return [
    ...comments,
    ...(found === undefined ? [] : found.data.map(data => lineOf(zone, name, found.ttlSeconds, data))),
  ]
}

function commentOf(zone: Name, name: Name, recordSet: Route53RecordSet): string {
  const { AliasTarget, HealthCheckId, SetIdentifier } = recordSet
  const parts = [
    `${ownerText(zone, name)} ${recordSet.Type}`,
    policyOf(recordSet),
    SetIdentifier === undefined ? undefined : JSON.stringify(SetIdentifier),
    AliasTarget === undefined
      ? `to ${(recordSet.ResourceRecords ?? []).map(record => record.Value).join(', ')}`
      : `alias of ${AliasTarget.DNSName}`,
    HealthCheckId === undefined ? undefined : `with health check ${HealthCheckId}`,
  ]
  const text = `; not of a zone file: ${parts.filter(part => part !== undefined).join(' ')}`
  // A value may hold anything; a comment ends with its line.
  return text.replaceAll(/[^ -~]/g, '?')
}

function policyOf(recordSet: Route53RecordSet): string | undefined {
  if (recordSet.Failover !== undefined) return `failover ${recordSet.Failover}`
  if (recordSet.Weight !== undefined) return `weighted ${recordSet.Weight}`
  if (recordSet.Region !== undefined) return `latency ${recordSet.Region}`
  if (recordSet.MultiValueAnswer === true) return 'multivalue'
  if (recordSet.GeoLocation !== undefined)
    return `geolocation ${Object.values(recordSet.GeoLocation).join('-')}`
  if (recordSet.GeoProximityLocation !== undefined) return 'geoproximity'
  if (recordSet.CidrRoutingConfig !== undefined)
    return `IP-based ${recordSet.CidrRoutingConfig.LocationName ?? ''}`
  return undefined
}

/** Labels from the right, so that a parent comes before its children. */
function canonicalPlace(key: NameKey): string {
  const labels: string[] = []
  for (let at: NameKey | undefined = key; at !== undefined; at = parentKey(at))
    labels.unshift(at.slice(1, 1 + at.charCodeAt(0)))
  return labels.join('\0')
}

const soaCode = 6

function rank(code: number): number {
  return code === soaCode ? -1 : code
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
