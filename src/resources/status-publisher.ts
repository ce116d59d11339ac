import type { Log } from '../base/log.ts'
import type { Change, Store } from '../store/store.ts'

export interface StatusPublisher {
  (change: Change): void
  /** Resolves when everything published has been committed, or could not be. */
  flushed(): Promise<void>
}

/** Commits what was published since the last commit ended: a burst of changes is one commit, and the newest word wins. */
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
        // The roles go on without it; the next word is tried again. Told once: a heartbeat four times a second would fill what is left of a disk.
        if (failures++ === 0) log.error('status not stored', { error: String(error) })
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
