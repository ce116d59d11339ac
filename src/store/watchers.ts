import type { Cancel } from '../base/clock.ts'
import type { Snapshot } from './store.ts'

export type Changed = (snapshot: Snapshot, keys: ReadonlySet<string>) => void

/** Those who watch one store within this process. */
export interface Watchers {
  /** `missed` are keys written since the revision asked for, if there were commits since. */
  add(missed: Iterable<string> | undefined, changed: Changed): Cancel
  /** Tells every watcher soon, in a microtask; commits that come before it are told together. */
  tell(keys: Iterable<string>): void
  clear(): void
}

interface Watcher {
  readonly changed: Changed
  /** Undefined when there is nothing to tell. */
  keys: Set<string> | undefined
}

export function watchersOf(read: () => Snapshot): Watchers {
  const watchers = new Set<Watcher>()
  let isScheduled = false

  const schedule = (): void => {
    if (isScheduled) return
    isScheduled = true
    queueMicrotask(tellAll)
  }
  const tellAll = (): void => {
    isScheduled = false
    for (const watcher of watchers) {
      const { keys } = watcher
      if (keys === undefined) continue
      watcher.keys = undefined
      watcher.changed(read(), keys)
    }
  }

  return {
    add(missed, changed) {
      const watcher: Watcher = { changed, keys: missed === undefined ? undefined : new Set(missed) }
      watchers.add(watcher)
      if (missed !== undefined) schedule()
      return () => {
        watchers.delete(watcher)
      }
    },
    tell(keys) {
      for (const watcher of watchers) {
        watcher.keys ??= new Set()
        for (const key of keys) watcher.keys.add(key)
      }
      schedule()
    },
    clear: () => watchers.clear(),
  }
}
