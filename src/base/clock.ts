/** Takes back what a call began. Calling it twice, or after the thing happened, does nothing. */
export type Cancel = () => void

/**
 * Monotonic time. `now` is in milliseconds from an arbitrary start and never goes back; only differences mean anything.
 * `after` runs `task` once, `delayMs` from now or later, never before `after` has returned.
 */
export interface Clock {
  now(): number
  after(delayMs: number, task: () => void): Cancel
}

/** Runs `task` every `intervalMs`, first after one interval. A slow task delays the next run; runs never overlap. */
export function every(clock: Clock, intervalMs: number, task: () => void): Cancel {
  let cancel: Cancel = () => undefined
  let stopped = false
  const schedule = (): void => {
    cancel = clock.after(intervalMs, () => {
      task()
      if (!stopped) schedule()
    })
  }
  schedule()
  return () => {
    stopped = true
    cancel()
  }
}

/** Resolves after `delayMs`. */
export function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise(resolve => {
    clock.after(delayMs, resolve)
  })
}
