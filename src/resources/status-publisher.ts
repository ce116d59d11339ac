import { EverportError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Change, Store } from '../store/store.ts'

export interface StatusPublisher {
  (change: Change): void
  /** Resolves when everything published has been committed, or could not be. */
  flushed(): Promise<void>
}

/**
 * Commits what was published since the last commit ended: a burst of changes is one commit, and the newest word wins. What the store
 * could not take, as on a full disk, is committed with what is published next; the roles go on meanwhile.
 */
export function statusPublisher(store: Store, log: Log): StatusPublisher {
  const waiting = new Map<string, Change>()
  let running: Promise<void> | undefined
  let failures = 0
  const drain = async (): Promise<void> => {
    while (waiting.size > 0) {
      const changes = [...waiting.values()]
      waiting.clear()
      try {
        await store.commit([], changes)
        if (failures > 0) log.info('status stored again', { failures })
        failures = 0
      } catch (error) {
        // Told once: a heartbeat four times a second would fill what is left of a disk.
        if (failures++ === 0) log.error('status not stored', { error: String(error) })
        if (!isStoreFailure(error)) continue
        // What is told once and never repeated, such as that a process is back, goes with the next word. Newer words win.
        for (const change of changes) if (!waiting.has(change.key)) waiting.set(change.key, change)
        break
      }
    }
    running = undefined
  }
  const publish = (change: Change): void => {
    waiting.set(change.key, change)
    running ??= drain()
  }
  return Object.assign(publish, { flushed: () => running ?? Promise.resolve() })
}

/** The disk's fault, which passes; a commit that is too large would be refused each time. */
function isStoreFailure(error: unknown): boolean {
  return error instanceof EverportError && error.code === 'state_error'
}
