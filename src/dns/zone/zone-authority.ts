import { types } from '../wire/codes.ts'
import type { Name } from '../wire/name.ts'
import { parseRecordValue } from '../wire/records/record-value.ts'
import type { SoaData } from '../wire/records/soa.ts'
import { type RecordSet, recordSetOf } from './record-set.ts'
import { fixedSet, type RoutedSet, usualSet } from './routed-set.ts'
import type { ZoneDraft } from './zone-drafts.ts'

/** What the apex of a zone says of the zone. */
export interface ZoneAuthority {
  /** With serial 0: the zone's serial is filled in on the way out. */
  readonly soa: RecordSet
  /** What the zone's own record says; 0 or 1 without one. */
  readonly soaSerial: number
  /** For a zone without NS records of its own. */
  readonly servers: RoutedSet
}

/** `own`: what the zone has at its apex as SOA. */
export function zoneAuthority(draft: ZoneDraft, own: RoutedSet | undefined): ZoneAuthority {
  const set = (own === undefined ? undefined : usualSet(own)) ?? soaDefault(draft)
  const data = set.data[0] as SoaData
  const { name, key, code, ttlSeconds } = set
  return {
    soa: { name, key, code, ttlSeconds, data: [{ ...data, serial: 0 }], serialOf: draft.apex },
    soaSerial: data.serial,
    servers: fixedSet(serversDefault(draft)),
  }
}

/** What is answered at the apex in place of what the documents say; undefined where they have the word. */
export function authoritySet(
  { soa, servers }: ZoneAuthority,
  code: number,
  hasServers: boolean,
): RoutedSet | undefined {
  if (code === types.soa) return fixedSet(soa)
  return code === types.ns && !hasServers ? servers : undefined
}

/** As Route 53 makes it. */
function soaDefault({ name }: ZoneDraft): RecordSet {
  const data = parseRecordValue(
    'SOA',
    `${below('ns1', name)} ${below('hostmaster', name)} 1 7200 900 1209600 86400`,
  )
  return recordSetOf(name, 'SOA', 900, [data])
}

function serversDefault({ name }: ZoneDraft): RecordSet {
  return recordSetOf(name, 'NS', 172_800, [{ type: 'NS', nameServer: below('ns1', name) }])
}

function below(label: string, name: Name): Name {
  return name === '.' ? `${label}.` : `${label}.${name}`
}
