import type { Cancel, Clock } from '../../base/clock.ts'

/** A task that is due when a time has passed without another word. */
export interface Timeout {
  /** From now; what was set before no longer counts. 0 takes it back. */
  set(timeoutMs: number): void
}

export function createTimeout(clock: Clock, task: () => void): Timeout {
  let cancel: Cancel = () => undefined
  return {
    set(timeoutMs) {
      cancel()
      cancel = timeoutMs === 0 ? () => undefined : clock.after(timeoutMs, task)
    },
  }
}
