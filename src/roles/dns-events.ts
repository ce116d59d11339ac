import type { Log } from '../base/log.ts'
import type { CheckVerdicts } from '../dns/health-checks/check-verdict.ts'
import type { Verdict } from '../dns/routing/verdict.ts'
import type { Hold, SwitchState } from '../dns/switching/switch-state.ts'
import type { SwitchChange } from '../dns/switching/switchboard.ts'
import type { ZoneSnapshot } from '../dns/zone/zone-snapshot.ts'
import type { EventJournal } from '../resources/event-journal.ts'

export interface DnsView {
  readonly zones: ZoneSnapshot
  readonly health: { readonly verdicts: ReadonlyMap<string, Verdict> }
  readonly checks: CheckVerdicts
}

/** Each thing that happens is told twice: to the log of this process, and to the journal that all processes and operators read. */
export interface DnsEvents {
  changed(before: DnsView | undefined, after: DnsView): void
  switched(change: SwitchChange): void
}

export interface DnsEventsOptions {
  readonly log: Log
  readonly journal: EventJournal
  /** By name and type: what stands behind a switch. */
  readonly evidence: (record: string) => string[]
}

export function dnsEvents({ log, journal, evidence }: DnsEventsOptions): DnsEvents {
  const tell = (
    level: 'info' | 'warn',
    event: string,
    subject: string,
    fields: { readonly reason: string } & Readonly<Record<string, unknown>>,
    behind: readonly string[] = [],
  ): void => {
    log[level](event, { ...fields, ...(behind.length === 0 ? {} : { evidence: behind }) })
    journal.tell({ event, subject, reason: fields.reason, evidence: behind })
  }

  return {
    changed(before, after) {
      for (const [balancer, { healthy, reason }] of after.health.verdicts) {
        const was = before?.health.verdicts.get(balancer)?.healthy
        if (was === healthy || (was === undefined && healthy)) continue
        if (healthy) tell('info', 'balancer healthy again', balancer, { balancer, reason })
        else tell('warn', 'balancer unhealthy', balancer, { balancer, reason })
      }
      // The checks write their own log.
      for (const [check, { healthy, reason }] of after.checks) {
        const was = before?.checks.get(check)?.healthy
        if (was === healthy || (was === undefined && healthy)) continue
        const event = healthy ? 'health check healthy again' : 'health check unhealthy'
        journal.tell({ event, subject: check, reason, evidence: [] })
      }
      for (const problem of after.zones.problems) {
        if (before?.zones.problems.includes(problem) !== true) log.warn('record set not served', { problem })
      }
    },
    switched({ record, before, after, inputs: { latch } }) {
      const path = `${record.name} ${record.type}`
      const { answered, reason, epoch } = after
      if (before === undefined) log.info('failover answers', { record: path, answered, reason, epoch })
      else if (before.answered !== answered) {
        const event = after.isTentative ? 'failover answers the secondary for now' : 'failover switched'
        const from = before.answered
        // Told by another server or ordered by an operator, who knows why.
        const isFollowed = epoch > before.epoch && latch?.epoch === epoch && latch.answered === answered
        const why = isFollowed ? `by ${latch.by}: ${latch.reason}` : reason
        const said = { record: path, from, answered, epoch, reason: `${from} → ${answered}: ${why}` }
        tell('info', event, path, said, evidence(path))
      }
      const held = holdEvent(before, after)
      if (held !== undefined) tell('warn', held, path, { record: path, answered, reason })
    },
  }
}

/** Undefined when nothing began or ended that an operator should hear of. */
function holdEvent(before: SwitchState | undefined, { hold }: SwitchState): string | undefined {
  const was = before?.hold
  if (hold?.kind === was?.kind) return undefined
  if (hold !== undefined) return holdEvents[hold.kind]
  return was?.kind === 'forced' || was?.kind === 'frozen' ? 'override ended' : undefined
}

const holdEvents: Readonly<Record<Hold['kind'], string>> = {
  forced: 'override in force',
  frozen: 'failover frozen',
  'hold-down': 'failback waits for the hold-down',
  manual: 'failback waits for an operator',
  velocity: 'failover held back: too many switches',
}

/** What keeps a name where it is beside health, in words for `everport status`; undefined when nothing does. */
export function holdText(name: string, { hold, isTentative }: SwitchState): string | undefined {
  if (isTentative) return 'for now: the primary may still be starting'
  switch (hold?.kind) {
    case undefined:
      return undefined
    case 'forced':
      return `forced to ${hold.override.to} by ${hold.override.by} until ${hold.override.until}: ${hold.override.reason}`
    case 'frozen':
      return `frozen by ${hold.override.by} until ${hold.override.until}: ${hold.override.reason}`
    case 'hold-down':
      return 'failback waits: the primary must stay healthy for its time'
    case 'manual':
      return `failback is manual: everport failover ${name} --back`
    case 'velocity':
      return 'held back: it switched too often lately'
  }
}
