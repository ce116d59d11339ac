import type { CallThreads } from '../base/call-threads.ts'
import type { Clock } from '../base/clock.ts'

/** A call that is expected to be shorter than this is awaited awake. */
export const wakefulMs = 0.4

/**
 * Keeps the event loop from sleeping for the fraction of a millisecond that a single short call lasts. To wake a sleeping thread, on a processor
 * that sleeps too, takes as long as a good part of such a call, and one client who asks and waits pays it with every answer. The loop goes
 * round meanwhile and serves whatever comes.
 *
 * Nothing is kept awake by several calls at a time, which leave the loop little sleep and their threads may need its processor, nor after a call that
 * took longer, until one is short again.
 */
export function wakefulLoop(clock: Clock, nextTurn: (task: () => void) => void): CallThreads {
  let running = 0
  let beganAt = 0
  let isShort = true
  let isAwake = false

  const turn = (): void => {
    isAwake = running === 1 && clock.now() - beganAt < wakefulMs
    if (isAwake) nextTurn(turn)
  }
  return {
    began() {
      running++
      beganAt = clock.now()
      if (isAwake || !isShort || running > 1) return
      isAwake = true
      nextTurn(turn)
    },
    ended() {
      running--
      isShort = clock.now() - beganAt < wakefulMs
    },
  }
}
