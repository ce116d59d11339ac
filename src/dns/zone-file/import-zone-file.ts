import { types } from '../wire/codes.ts'
import { type Name, nameKey } from '../wire/name.ts'
import { formatRecordValue } from '../wire/records/record-value.ts'
import { codecOfType } from '../wire/records/table.ts'
import { nameToRoute53, type Route53RecordSet } from '../zone/record-set.ts'
import { type PlacedRecord, readRecords } from './read-records.ts'
import { mistakesMax, type ZoneFileMistake } from './zone-file-mistake.ts'

export type ImportedZoneFile =
  | { readonly recordSets: readonly Route53RecordSet[]; readonly mistakes?: undefined }
  | { readonly recordSets?: undefined; readonly mistakes: readonly ZoneFileMistake[] }

/** A zone file as record sets of the simple policy, or all that is wrong with it. */
export function importZoneFile(text: string, zone: Name): ImportedZoneFile {
  const { records, mistakes: unread } = readRecords(text, zone)
  const groups = new Map<string, PlacedRecord[]>()
  for (const record of records) {
    const key = `${codecOfType(record.data.type).code} ${nameKey(record.name)}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [record])
    else group.push(record)
  }
  const mistakes = [
    ...unread,
    ...[...groups.values()].flatMap(mistakesOfSet),
    ...mistakesOfZone(records, zone),
  ].sort((a, b) => a.line - b.line || a.column - b.column)
  if (mistakes.length > 0) return { mistakes: mistakes.slice(0, mistakesMax) }
  return { recordSets: [...groups.values()].map(recordSetOfGroup) }
}

function recordSetOfGroup(group: readonly PlacedRecord[]): Route53RecordSet {
  const [{ name, ttlSeconds, data }] = group as [PlacedRecord]
  // One record written twice is one record (RFC 2181 section 5).
  const values = new Set(group.map(record => formatRecordValue(record.data)))
  return {
    Name: nameToRoute53(name),
    Type: data.type as Route53RecordSet['Type'],
    TTL: ttlSeconds,
    ResourceRecords: [...values].map(Value => ({ Value })),
  }
}

/** RFC 2181 section 5.2: one TTL a set; CNAME and SOA are alone (RFC 2181 section 10.1, RFC 1035 section 6.1). */
function mistakesOfSet(group: readonly PlacedRecord[]): ZoneFileMistake[] {
  const [first, ...others] = group as [PlacedRecord, ...PlacedRecord[]]
  return others.flatMap(record => {
    const { type } = record.data
    if (record.ttlSeconds !== first.ttlSeconds)
      return [
        at(
          record,
          `${record.name} ${type}: TTL ${record.ttlSeconds}, but ${first.ttlSeconds} on line ${first.line}: all records of one name and type have one TTL`,
        ),
      ]
    const isOther = formatRecordValue(record.data) !== formatRecordValue(first.data)
    return isOther && (type === 'CNAME' || type === 'SOA')
      ? [at(record, `${record.name} ${type}: a second one; the first is on line ${first.line}`)]
      : []
  })
}

function mistakesOfZone(records: readonly PlacedRecord[], zone: Name): ZoneFileMistake[] {
  const apex = nameKey(zone)
  const aliases = new Map<string, PlacedRecord>()
  for (const record of records) if (record.data.type === 'CNAME') aliases.set(nameKey(record.name), record)
  return records.flatMap(record => {
    const { name, data } = record
    const key = nameKey(name)
    if (data.type === 'SOA' && key !== apex) return [at(record, `SOA at ${name}: it belongs to ${zone}`)]
    if (data.type === 'CNAME')
      return key === apex
        ? [at(record, `CNAME at ${zone}: the zone's own name has SOA and NS, and CNAME suffers no others`)]
        : []
    const alias = aliases.get(key)
    return alias === undefined || codecOfType(data.type).code === types.cname
      ? []
      : [
          at(
            record,
            `${name} ${data.type}: the name has a CNAME on line ${alias.line}, which suffers no others`,
          ),
        ]
  })
}

function at({ line, column }: PlacedRecord, message: string): ZoneFileMistake {
  return { line, column, message }
}
