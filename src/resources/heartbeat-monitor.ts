import type { Clock } from '../base/clock.ts'
import type { Heartbeat } from '../store/heartbeats.ts'
import { heartbeatTimeoutMs } from './status.ts'

/** Who lives, judged by the reader's own clock alone. Keys are those of status documents. */
export interface HeartbeatMonitor {
  /** Tell it the last beat, each time it is read; undefined when the owner has ended, and its document is gone. */
  observe(key: string, beat: Heartbeat | undefined): void
  /** False until the first observation, and when the heartbeat has stood still for `heartbeatTimeoutMs`. `at`: an earlier moment. */
  isAlive(key: string, at?: number): boolean
  /**
   * The reader was deaf since then: the silence was its own, and says nothing of the owners. Who was alive then has a whole timeout from now to be
   * heard again; who was dead stays dead.
   */
  wasDeafSince(at: number): void
  /** When, by the clock, the first of those alive now is held for dead unless its heartbeat changes; undefined when none is alive. */
  nextDeadline(): number | undefined
}

/**
 * A beat that is there at the first observation counts as alive until the timeout has passed: a reader that starts has seen
 * no silence yet, and holding everybody for dead would be worse than waiting. A heartbeat that went back is an owner that started anew.
 */
export function heartbeatMonitor(clock: Clock, timeoutMs = heartbeatTimeoutMs): HeartbeatMonitor {
  const seen = new Map<string, { heartbeat: number; changedAt: number }>()
  const isAliveAt = (changedAt: number, at: number): boolean => at - changedAt < timeoutMs
  return {
    observe(key, beat) {
      if (beat === undefined) seen.delete(key)
      else if (seen.get(key)?.heartbeat !== beat.heartbeat)
        seen.set(key, { heartbeat: beat.heartbeat, changedAt: clock.now() })
    },
    isAlive(key, at = clock.now()) {
      const last = seen.get(key)
      return last !== undefined && isAliveAt(last.changedAt, at)
    },
    wasDeafSince(at) {
      for (const last of seen.values()) if (isAliveAt(last.changedAt, at)) last.changedAt = clock.now()
    },
    nextDeadline() {
      const deadlines = [...seen.values()]
        .map(last => last.changedAt + timeoutMs)
        .filter(deadline => deadline > clock.now())
      return deadlines.length === 0 ? undefined : Math.min(...deadlines)
    },
  }
}
