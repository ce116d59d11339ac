import { type RecordSetDocument, recordSetPrefix } from '../../resources/dns.ts'
import type { FailoverName } from '../../resources/switching.ts'
import type { Snapshot } from '../../store/store.ts'
import { nameFromRoute53 } from '../zone/record-set.ts'

/** By name and type, as in `data.demo.test. A`: every name whose records have a failover policy. */
export function failoverNames(snapshot: Snapshot): ReadonlyMap<string, FailoverName> {
  const names = new Map<string, FailoverName>()
  for (const { key, value } of snapshot.list<Partial<RecordSetDocument>>('route53/zone/')) {
    const recordSet = value.ResourceRecordSet
    if (recordSet?.Failover === undefined) continue
    const zoneId = key.split('/')[2] ?? ''
    if (!key.startsWith(recordSetPrefix(zoneId))) continue
    const found = { zoneId, name: nameFromRoute53(recordSet.Name), type: recordSet.Type }
    const path = recordPath(found)
    // Of two hosted zones with one name the first is served.
    if (!names.has(path)) names.set(path, found)
  }
  return names
}

export function recordPath({ name, type }: { readonly name: string; readonly type: string }): string {
  return `${name} ${type}`
}
