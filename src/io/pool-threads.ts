import type { CallThreads } from '../base/call-threads.ts'
import { type Cancel, type Clock, every } from '../base/clock.ts'

/** Threads of libuv's pool that are kept from taking work. */
export interface ParkedThreads {
  /** Queued like any other work: a thread that is busy parks when it is free. */
  park(count: number): void
  wake(count: number): void
  /** Calls back when a thread has taken it. */
  look(answered: () => void): void
}

export interface PoolThreads extends CallThreads {
  /** Wakes all, for good: to be called before the process ends. */
  release: Cancel
}

/** Beside those that calls hold: libuv's own number for a whole process. */
const freeMin = 4
const lookIntervalMs = 1_000

/**
 * Lets no more threads of a large pool take work than are needed. libuv gives each call to the thread that has slept longest, whose stack and memory are in no cache any
 * more; a client who asks alone gets an eighth more answers from five threads than from 48.
 *
 * At any moment as many threads as calls run, and `freeMin` more, are awake: more are woken before a call begins that would need them, and as many as it takes
 * were parked again after a second. Work that nobody counts may hold threads, too: when a look is not answered within a second, all wake.
 */
export function poolThreads(size: number, clock: Clock, threads: ParkedThreads): PoolThreads {
  let running = 0
  /** The most that ran at a time since the last look. */
  let peak = 0
  let parked = 0
  let isAnswered = true

  const wake = (count: number): void => {
    const woken = Math.min(parked, count)
    if (woken <= 0) return
    parked -= woken
    threads.wake(woken)
  }
  const cancelLook = every(clock, lookIntervalMs, () => {
    if (!isAnswered) return wake(parked)
    const idle = size - parked - peak - freeMin
    peak = running
    if (idle > 0) {
      parked += idle
      threads.park(idle)
    }
    isAnswered = false
    threads.look(() => {
      isAnswered = true
    })
  })
  return {
    began() {
      running++
      if (running > peak) peak = running
      // More than one where many run: a burst is not to wake them one by one.
      if (running + freeMin > size - parked) wake(running)
    },
    ended() {
      running--
    },
    release() {
      cancelLook()
      wake(parked)
    },
  }
}
