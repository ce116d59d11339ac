import { type Cancel, type Clock, every } from '../../base/clock.ts'
import { heartbeatIntervalMs } from '../../resources/status.ts'
import { statusOwners } from '../../resources/status-owners.ts'
import type { Revision, Store } from '../../store/store.ts'
import type { DataPlaneKind, DataPlanes } from '../operation.ts'
import { AwsRefusal } from '../refusal.ts'

export const dataPlaneLimits = {
  /** Longer than a balancer that hangs is believed to live, and than any takes to apply. */
  appliedTimeoutMs: 20_000,
  /** How often it is looked whether those who are waited for have applied it, or died. */
  lookIntervalMs: 10,
} as const

export interface WatchedDataPlanes extends DataPlanes {
  close(): void
}

/** Follows the heartbeats in the store: who lives, and by which revision each works. */
export function watchDataPlanes(store: Store, clock: Clock): WatchedDataPlanes {
  const owners = statusOwners(store, clock)
  owners.look()
  // A document that is new, or gone, is looked at when the store tells of it: whoever asks next is told of a process that came or ended.
  const cancelWatch = store.watch(store.read().revision, (_, keys) => {
    for (const key of keys) if (key.startsWith('status/')) return owners.look()
  })
  const cancelLooks = every(clock, heartbeatIntervalMs, owners.look)

  /** As of the last look. */
  const isApplied = (revision: Revision, kind: DataPlaneKind): boolean =>
    store
      .read()
      .list(`status/${kind}/`)
      .every(({ key }) => !owners.isAlive(key) || (owners.last(key)?.appliedRevision ?? 0) >= revision)
  const haveApplied = (revision: Revision, kind: DataPlaneKind): boolean => {
    owners.look()
    return isApplied(revision, kind)
  }

  /** One look is for all who wait. */
  const waiting = new Set<() => void>()
  let cancelWait: Cancel = () => undefined
  const wait = (look: () => void): Cancel => {
    if (waiting.size === 0) {
      cancelWait = every(clock, dataPlaneLimits.lookIntervalMs, () => {
        owners.look()
        for (const each of waiting) each()
      })
    }
    waiting.add(look)
    return () => {
      if (waiting.delete(look) && waiting.size === 0) cancelWait()
    }
  }

  return {
    isAlive: owners.isAlive,
    haveApplied,
    whenApplied: (revision, kind) =>
      new Promise((resolve, reject) => {
        if (haveApplied(revision, kind)) return resolve()
        const cancelLook = wait(() => {
          if (!isApplied(revision, kind)) return
          cancelLook()
          cancelDeadline()
          resolve()
        })
        const cancelDeadline = clock.after(dataPlaneLimits.appliedTimeoutMs, () => {
          cancelLook()
          reject(
            new AwsRefusal(
              'ServiceUnavailable',
              `The change is stored as revision ${revision}, but a ${kind} process has not applied it yet.`,
            ),
          )
        })
      }),
    close() {
      cancelWatch()
      cancelLooks()
    },
  }
}
