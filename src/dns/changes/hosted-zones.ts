import type { HostedZoneDocument } from '../../resources/dns.ts'
import { nameToRoute53 } from '../zone/record-set.ts'
import { compareText, reversedName } from './list-order.ts'
import type { Fields } from './planned-change.ts'
import { type RecordName, readRecordName } from './record-name.ts'
import { type Refusal, refusal } from './refusal.ts'

type HostedZone = HostedZoneDocument['HostedZone']

export interface NewZoneRequest {
  readonly Id: string
  readonly Name: string
  readonly CallerReference: string
  readonly Config?: HostedZone['Config']
}

export interface NewZone {
  readonly kind: 'accepted'
  readonly zone: HostedZone
  readonly recordSets: readonly Fields[]
}

/**
 * CreateHostedZone.
 *
 * | name                                              | outcome                  |
 * |---------------------------------------------------|--------------------------|
 * | no name, `*` leftmost, one label (a TLD), too long | InvalidDomainName       |
 * | any, and the caller reference was used before     | HostedZoneAlreadyExists  |
 * | that of another zone                              | ConflictingDomainExists  |
 * | parent or child of another zone                   | accepted                 |
 *
 * AWS gives a second zone of one name other servers. Ours all serve the same zones, as one reusable delegation set would, and that is
 * AWS's answer for one.
 */
export function createHostedZone(
  request: NewZoneRequest,
  existing: readonly HostedZone[],
  nameServers: readonly string[],
): NewZone | Refusal {
  const name = readRecordName(request.Name)
  if (typeof name === 'string') return refusal('InvalidDomainName', name)
  if (!isZoneName(name))
    return refusal('InvalidDomainName', `The domain name ${name.text} is not valid for a hosted zone.`)
  if (existing.some(({ CallerReference }) => CallerReference === request.CallerReference))
    return refusal(
      'HostedZoneAlreadyExists',
      'A hosted zone has already been created with the specified caller reference.',
    )
  const same = existing.find(({ Name }) => Name === name.text)
  if (same !== undefined)
    return refusal(
      'ConflictingDomainExists',
      `The domain name ${name.text} conflicts with the hosted zone ${same.Id}, which the same name servers serve.`,
    )
  const { Id, CallerReference, Config } = request
  const zone: HostedZone = {
    Id,
    Name: name.text,
    CallerReference,
    ...(Config === undefined ? {} : { Config }),
  }
  return { kind: 'accepted', zone, recordSets: defaultRecordSets(name.text, nameServers) }
}

/** A zone of one label would take a whole top-level domain; a wildcard is no apex. */
function isZoneName({ text, key }: RecordName): boolean {
  const labels = labelCount(key)
  return labels >= 2 && !text.startsWith('\\052.')
}

function labelCount(key: string): number {
  let count = 0
  for (let at = 0; key.charCodeAt(at) > 0; at += key.charCodeAt(at) + 1) count++
  return count
}

/** As Route 53 makes them: NS for two days, SOA for 15 minutes. */
export function defaultRecordSets(zone: string, nameServers: readonly string[]): Fields[] {
  const servers = nameServers.map(server => `${nameToRoute53(server).replace(/\.$/, '')}.`)
  const soa = `${servers[0] ?? `ns1.${zone}`} hostmaster.${zone} 1 7200 900 1209600 86400`
  return [
    { Name: zone, Type: 'NS', TTL: 172_800, ResourceRecords: servers.map(Value => ({ Value })) },
    { Name: zone, Type: 'SOA', TTL: 900, ResourceRecords: [{ Value: soa }] },
  ]
}

/** DeleteHostedZone: only what every zone has may be left. Undefined: it may go. */
export function refuseZoneDeletion(zone: HostedZone, recordSets: readonly Fields[]): Refusal | undefined {
  const isRequired = ({ Name, Type }: Fields): boolean =>
    Name === zone.Name && (Type === 'NS' || Type === 'SOA')
  return recordSets.every(isRequired)
    ? undefined
    : refusal(
        'HostedZoneNotEmpty',
        'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
      )
}

export interface ZonePage {
  readonly kind: 'page'
  readonly zones: readonly HostedZone[]
  readonly next: { readonly dnsName: string; readonly hostedZoneId: string } | undefined
}

export const zonesPageMax = 100

/** ListHostedZonesByName: in the order of record sets, then by id. */
export function listZonesByName(
  zones: readonly HostedZone[],
  start: { readonly dnsName?: string | undefined; readonly hostedZoneId?: string | undefined } = {},
  max: number = zonesPageMax,
): ZonePage | Refusal {
  if (start.hostedZoneId !== undefined && start.dnsName === undefined)
    return refusal('InvalidInput', 'The input is not valid: a hosted zone id needs a DNS name')
  const name = start.dnsName === undefined ? undefined : readRecordName(start.dnsName)
  if (typeof name === 'string') return refusal('InvalidDomainName', name)
  const order = (a: readonly [string, string], b: readonly [string, string]): number =>
    compareText(a[0], b[0]) || compareText(a[1], b[1])
  const keyOf = ({ Name, Id }: HostedZone): [string, string] => [reversedName(Name), Id]
  const sorted = [...zones].sort((a, b) => order(keyOf(a), keyOf(b)))
  const from = name === undefined ? undefined : ([reversedName(name.text), start.hostedZoneId ?? ''] as const)
  const rest = from === undefined ? sorted : sorted.filter(zone => order(keyOf(zone), from) >= 0)
  const count = Math.min(Math.max(1, max), zonesPageMax)
  const next = rest[count]
  return {
    kind: 'page',
    zones: rest.slice(0, count),
    next: next === undefined ? undefined : { dnsName: next.Name, hostedZoneId: next.Id },
  }
}
