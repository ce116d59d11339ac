import type { RecordSetDocument } from '../../resources/dns.ts'
import { type Name, type NameKey, nameKey } from '../wire/name.ts'
import { absoluteName } from '../wire/records/absolute-name.ts'
import { parseRecordValue } from '../wire/records/record-value.ts'
import { codecOfType, type RecordData } from '../wire/records/table.ts'

/** All records of one name and type, as they are answered. */
export interface RecordSet {
  readonly name: Name
  readonly key: NameKey
  readonly code: number
  readonly ttlSeconds: number
  readonly data: readonly RecordData[]
  /** Set for the SOA record of this zone: its serial counts changes of everything else, so it stands as 0 here and is filled in on the way out. */
  readonly serialOf?: NameKey
}

export type Route53RecordSet = RecordSetDocument['ResourceRecordSet']

/** Throws WireError when a value is not of the type. */
export function dataOf(recordSet: Route53RecordSet): RecordData[] {
  return (recordSet.ResourceRecords ?? []).map(({ Value = '' }) => parseRecordValue(recordSet.Type, Value))
}

/** Route 53 writes `\052` (octal) for bytes other than letters, digits, `-` and `_`; ours are RFC 1035's `\DDD` (decimal). */
export function nameFromRoute53(text: string): Name {
  const name = text.replaceAll(/\\([0-3][0-7]{2})/g, (_, octal: string) => {
    const code = Number.parseInt(octal, 8)
    return code === 0x2a ? '*' : `\\${String(code).padStart(3, '0')}`
  })
  return absoluteName(name.toLowerCase())
}

/** As Route 53 lists it and as documents keep it: lower case, `\ooo` for all but letters, digits, `-` and `_`. */
export function nameToRoute53(name: Name): string {
  return name.toLowerCase().replaceAll(/\\(\d{3}|.)|[^\w.-]/gs, (character, escaped: string | undefined) => {
    const byte = escaped?.length === 3 ? Number(escaped) : (escaped ?? character).charCodeAt(0)
    return `\\${byte.toString(8).padStart(3, '0')}`
  })
}

export function recordSetOf(
  name: Name,
  type: string,
  ttlSeconds: number,
  data: readonly RecordData[],
): RecordSet {
  return { name, key: nameKey(name), code: codecOfType(type).code, ttlSeconds, data }
}
