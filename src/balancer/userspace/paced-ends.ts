import type { Cancel, Clock } from '../../base/clock.ts'
import type { FlowEnd } from '../engine.ts'
import type { Flow } from './flow.ts'

/** How often a paced end goes on: fine enough to be even, and seldom enough to cost nothing. */
const stepMs = 100

/**
 * Ends flows of a target all at once, or so many a second: thousands of clients that come back in one moment hurt whoever takes
 * them.
 */
export class PacedEnds {
  readonly #clock: Clock
  readonly #running = new Map<string, Cancel>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  isRunning(key: string): boolean {
    return this.#running.has(key)
  }

  /** `flows` is asked before each step: some end by themselves, and late ones come. Ends when there are none. */
  start(key: string, why: FlowEnd, perSecond: number | undefined, flows: () => readonly Flow[]): void {
    this.cancel(key)
    if (perSecond === undefined) {
      for (const flow of flows()) flow.end(why)
      return
    }
    let credit = 0
    const step = (): void => {
      credit += (perSecond * stepMs) / 1_000
      const left = flows()
      const due = left.slice(0, Math.floor(credit))
      credit -= due.length
      for (const flow of due) flow.end(why)
      if (due.length === left.length) this.#running.delete(key)
      else this.#running.set(key, this.#clock.after(stepMs, step))
    }
    step()
  }

  cancel(key: string): void {
    this.#running.get(key)?.()
    this.#running.delete(key)
  }

  close(): void {
    for (const key of this.#running.keys()) this.cancel(key)
  }
}
