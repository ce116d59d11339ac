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
  const cancelWatch = store.watch(store.read().revision, owners.look)
  const cancelLooks = every(clock, heartbeatIntervalMs, owners.look)

  const haveApplied = (revision: Revision, kind: DataPlaneKind): boolean => {
    owners.look()
    return store
      .read()
      .list(`status/${kind}/`)
      .every(({ key }) => !owners.isAlive(key) || (owners.last(key)?.appliedRevision ?? 0) >= revision)
  }

  return {
    isAlive: owners.isAlive,
    haveApplied,
    whenApplied: (revision, kind) =>
      new Promise((resolve, reject) => {
        let cancelLook: Cancel = () => undefined
        let cancelDeadline: Cancel = () => undefined
        const settle = (): void => {
          cancelLook()
          cancelDeadline()
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
        look()
      }),
    close() {
      cancelWatch()
      cancelLooks()
    },
  }
}
