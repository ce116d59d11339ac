import { type Cancel, type Clock, every } from '../../base/clock.ts'
import { heartbeatMonitor } from '../../resources/heartbeat-monitor.ts'
import type { Heartbeat } from '../../resources/status.ts'
import type { Revision, Snapshot, Store } from '../../store/store.ts'
import type { DataPlaneKind, DataPlanes } from '../operation.ts'
import { AwsRefusal } from '../refusal.ts'

export const dataPlaneLimits = {
  /** Longer than a balancer that hangs is believed to live, and than any takes to apply. */
  appliedTimeoutMs: 20_000,
  /** How often it is looked whether somebody who is waited for has died. */
  lookIntervalMs: 100,
} as const

export interface WatchedDataPlanes extends DataPlanes {
  close(): void
}

/** Follows the heartbeats in the store: who lives, and by which revision each works. */
export function watchDataPlanes(store: Store, clock: Clock): WatchedDataPlanes {
  const monitor = heartbeatMonitor(clock)
  const waiting = new Set<() => void>()
  const observe = (snapshot: Snapshot, keys: Iterable<string>): void => {
    for (const key of keys) {
      if (!key.startsWith('status/')) continue
      const value = snapshot.get<Partial<Heartbeat>>(key)?.value
      const { heartbeat, appliedRevision = 0 } = value ?? {}
      monitor.observe(key, heartbeat === undefined ? undefined : { heartbeat, appliedRevision })
    }
    for (const look of waiting) look()
  }
  const initial = store.read()
  observe(
    initial,
    initial.list('status/').map(({ key }) => key),
  )
  const cancelWatch = store.watch(initial.revision, observe)

  const haveApplied = (revision: Revision, kind: DataPlaneKind): boolean =>
    store
      .read()
      .list<Partial<Heartbeat>>(`status/${kind}/`)
      .every(({ key, value }) => !monitor.isAlive(key) || (value.appliedRevision ?? 0) >= revision)

  return {
    isAlive: key => monitor.isAlive(key),
    haveApplied,
    whenApplied: (revision, kind) =>
      new Promise((resolve, reject) => {
        let cancelLook: Cancel = () => undefined
        let cancelDeadline: Cancel = () => undefined
        const settle = (): void => {
          cancelLook()
          cancelDeadline()
          waiting.delete(look)
        }
        const look = (): void => {
          if (!haveApplied(revision, kind)) return
          settle()
          resolve()
        }
        cancelLook = every(clock, dataPlaneLimits.lookIntervalMs, look)
        cancelDeadline = clock.after(dataPlaneLimits.appliedTimeoutMs, () => {
          settle()
          reject(
            new AwsRefusal(
              'ServiceUnavailable',
              `The change is stored as revision ${revision}, but a ${kind} process has not applied it yet.`,
            ),
          )
        })
        waiting.add(look)
        look()
      }),
    close: cancelWatch,
  }
}
