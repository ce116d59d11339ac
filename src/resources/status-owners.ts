import type { Clock } from '../base/clock.ts'
import type { Heartbeat } from '../store/heartbeats.ts'
import type { Snapshot, Store } from '../store/store.ts'
import { heartbeatMonitor } from './heartbeat-monitor.ts'
import { deafMs } from './status.ts'

/** Who of the owners of status documents lives, by looks at their heartbeats. */
export interface StatusOwners {
  /** Look at least every `heartbeatIntervalMs`: whoever looks later holds the dead for alive so much longer. */
  look(): void
  /** By the looks until now. */
  isAlive(statusKey: string): boolean
  /** As of the last look that could read it. */
  last(statusKey: string): Heartbeat | undefined
}

/**
 * An owner is one whose document is there; one that ended in good order takes it away, and nobody waits for a missed beat. A reader is deaf
 * while the machine stands still, or its process does.
 */
export function statusOwners(store: Pick<Store, 'read' | 'heartbeats'>, clock: Clock): StatusOwners {
  const monitor = heartbeatMonitor(clock)
  const lasts = new Map<string, Heartbeat>()
  let lookedAt = clock.now()
  const isDeaf = (): boolean => clock.now() - lookedAt > deafMs
  return {
    look() {
      if (isDeaf()) monitor.wasDeafSince(lookedAt)
      lookedAt = clock.now()
      const keys = beatingKeys(store.read())
      const present = new Set(keys)
      for (const key of lasts.keys()) {
        if (present.has(key)) continue
        lasts.delete(key)
        monitor.observe(key, undefined)
      }
      for (const key of keys) {
        const last = store.heartbeats.last(key)
        // What cannot be read says nothing; what it says of its owner is for the monitor's patience.
        if (last === undefined) continue
        lasts.set(key, last)
        monitor.observe(key, last)
      }
    },
    isAlive: key => monitor.isAlive(key, isDeaf() ? lookedAt : undefined),
    last: key => lasts.get(key),
  }
}

/** Keys of the status documents whose owners beat. */
export function beatingKeys(snapshot: Snapshot): string[] {
  return snapshot.list('status/').flatMap(({ key }) => (isOfOthers(key) ? [] : [key]))
}

/** What the agent says of processes, and reports, whose vantage point beats under its other document. */
function isOfOthers(key: string): boolean {
  return key.startsWith('status/process/') || key.startsWith('status/health-report/')
}
