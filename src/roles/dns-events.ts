import type { Log } from '../base/log.ts'
import type { Verdict } from '../dns/routing/verdict.ts'
import type { ZoneSnapshot } from '../dns/zone/zone-snapshot.ts'

export interface DnsView {
  readonly zones: ZoneSnapshot
  readonly health: { readonly verdicts: ReadonlyMap<string, Verdict> }
}

/** One event for each thing that is answered otherwise than before, with its reason. */
export function logChanges(log: Log, before: DnsView | undefined, after: DnsView): void {
  for (const [name, { healthy, reason }] of after.health.verdicts) {
    const was = before?.health.verdicts.get(name)?.healthy
    if (was === healthy || (was === undefined && healthy)) continue
    const fields = { balancer: name, reason }
    if (healthy) log.info('balancer healthy again', fields)
    else log.warn('balancer unhealthy', fields)
  }
  for (const [record, { answered, reason }] of Object.entries(after.zones.failover)) {
    const was = before?.zones.failover[record]?.answered
    if (was === answered) continue
    log.info(was === undefined ? 'failover answers' : 'failover switched', {
      record,
      ...(was === undefined ? {} : { from: was }),
      answered,
      reason,
    })
  }
  for (const problem of after.zones.problems) {
    if (before?.zones.problems.includes(problem) === true) continue
    log.warn('record set not served', { problem })
  }
}
