import type { Log } from '../base/log.ts'
import type { Change, Store } from '../store/store.ts'
import { type EventDocument, eventLimits } from './events.ts'

export interface EventJournal {
  /** Never waits and never fails: with the store gone, events wait, at most `waitingMax` of them. */
  tell(event: Omit<EventDocument, 'at' | 'by'>): void
  /** Tries again to store what waits. */
  flush(): void
  flushed(): Promise<void>
}

export interface EventJournalOptions {
  readonly store: Store
  readonly log: Log
  /** `events/<area>/` */
  readonly prefix: string
  readonly by: string
  readonly wallMs: () => number
}

/** Appends, and deletes the oldest beyond `eventsMax`: as many readers as like may follow, one commit tells of a burst. */
export function eventJournal({ store, log, prefix, by, wallMs }: EventJournalOptions): EventJournal {
  const waiting: Change[] = []
  let count = 0
  let running: Promise<void> | undefined
  let failures = 0

  const commit = async (): Promise<void> => {
    const told = waiting.slice()
    try {
      await store.commit([], [...told, ...surplus(told.length)])
      failures = 0
      // Those that were pushed out meanwhile are gone already.
      for (const change of told) if (waiting[0] === change) waiting.shift()
    } catch (error) {
      // Once, as of a status: it is tried several times a second.
      if (failures++ === 0) log.error('events not stored', { events: told.length, error: String(error) })
      running = undefined
      return
    }
    running = undefined
    if (waiting.length > 0) flush()
  }
  const surplus = (added: number): Change[] => {
    const kept = store.read().list(prefix)
    const over = Math.max(0, kept.length + added - eventLimits.eventsMax)
    return kept.slice(0, over).map(({ key }) => ({ key, value: undefined }))
  }
  const flush = (): void => {
    if (running === undefined && waiting.length > 0) running = commit()
  }

  return {
    tell(event) {
      const at = new Date(wallMs()).toISOString()
      const value: EventDocument = {
        at,
        by,
        ...event,
        evidence: event.evidence.slice(0, eventLimits.evidenceMax),
      }
      // Two events of one millisecond keep their order; two roles never share a key.
      const order = String(count++ % 1_000_000).padStart(6, '0')
      waiting.push({ key: `${prefix}${at} ${by} ${order}`, value })
      if (waiting.length > eventLimits.waitingMax) waiting.shift()
      flush()
    },
    flush,
    flushed: async () => {
      await running
    },
  }
}
