import type { Clock } from '../base/clock.ts'

export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Milliseconds since 1970. */
export const systemWallMs = (): number => Date.now()
