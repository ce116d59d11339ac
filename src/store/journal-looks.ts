import { watch } from 'node:fs'
import { type Cancel, type Clock, every } from '../base/clock.ts'

/** Calls `changed` soon after anything in the directory was written, by whatever process. Throws where the system cannot tell of that. */
export type WatchDirectory = (directory: string, changed: () => void) => Cancel

export const watchDirectory: WatchDirectory = (directory, changed) => {
  const watcher = watch(directory, changed)
  // It tells nothing any more, which is found out by what it should have told.
  watcher.on('error', () => watcher.close())
  return () => watcher.close()
}

/** Between two looks: whoever commits all the time wakes nobody more often. */
const gapMs = 10
/** Where the system tells of changes, a look that needs no telling. */
const checkIntervalMs = 1_000
/** Where it does not. */
const pollIntervalMs = 25

export interface JournalLooksOptions {
  readonly clock: Clock
  readonly directory: string
  readonly watch: WatchDirectory
  /** True when there was something new. */
  readonly look: () => boolean
}

/**
 * When it is looked whether a journal became longer. A dozen processes that look forty times a second, of which nothing comes, cost a laptop
 * more than all else that they do while nobody uses them; so the system is asked to tell, and believed from when it does to when it does not:
 *
 * | the system                                                              | looks                             |
 * |-------------------------------------------------------------------------|-----------------------------------|
 * | has not told of any change yet, as where it cannot                      | every 25 ms                       |
 * | tells                                                                   | when it does, and every second    |
 * | has not told of a change within a second of its being found             | every 25 ms, from then on         |
 *
 * Whoever begins by a commit of its own, as all do that go on for long, is told of that.
 */
export function journalLooks({ clock, directory, watch: watchFor, look }: JournalLooksOptions): Cancel {
  let lookedAt = Number.NEGATIVE_INFINITY
  let cancelSoon: Cancel | undefined
  /** A change was found that the system has not told of yet. */
  let isUntold = false
  let isProven = false

  const lookNow = (): boolean => {
    cancelSoon?.()
    cancelSoon = undefined
    lookedAt = clock.now()
    return look()
  }
  const told = (): void => {
    isUntold = false
    if (!isProven) {
      isProven = true
      stopTimer()
      stopTimer = every(clock, checkIntervalMs, check)
    }
    const restMs = lookedAt + gapMs - clock.now()
    if (restMs <= 0) lookNow()
    else cancelSoon ??= clock.after(restMs, lookNow)
  }
  const check = (): void => {
    const wasUntold = isUntold
    // What was found a moment before it is told is told yet.
    isUntold = lookNow()
    if (!wasUntold) return
    stopWatch()
    stopTimer()
    stopTimer = poll()
  }
  const poll = (): Cancel => every(clock, pollIntervalMs, lookNow)

  let stopTimer = poll()
  let stopWatch: Cancel = () => undefined
  try {
    stopWatch = watchFor(directory, told)
  } catch {
    // Then it is looked as before it was asked.
  }
  return () => {
    cancelSoon?.()
    stopWatch()
    stopTimer()
  }
}
