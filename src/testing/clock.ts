import type { Clock } from '../base/clock.ts'

/** Time that stands still until it is told to pass. Tasks due at the same moment run in the order they were asked for. */
export class SimulatedClock implements Clock {
  #now = 0
  #sequence = 0
  #tasks: { at: number; sequence: number; task: () => void }[] = []

  now(): number {
    return this.#now
  }

  after(delayMs: number, task: () => void): () => void {
    const entry = { at: this.#now + Math.max(0, delayMs), sequence: this.#sequence++, task }
    let i = this.#tasks.length
    while (i > 0 && isLater(this.#tasks[i - 1], entry)) i--
    this.#tasks.splice(i, 0, entry)
    return () => {
      const index = this.#tasks.indexOf(entry)
      if (index >= 0) this.#tasks.splice(index, 1)
    }
  }

  /** When the next task is due, or undefined when nothing waits. */
  nextAt(): number | undefined {
    return this.#tasks[0]?.at
  }

  /** Lets time pass and runs, in order, what falls due, including what those tasks ask for. */
  advance(byMs: number): void {
    const until = this.#now + byMs
    for (;;) {
      const next = this.#tasks[0]
      if (next === undefined || next.at > until) break
      this.#tasks.shift()
      this.#now = next.at
      next.task()
    }
    this.#now = until
  }

  /** As `advance`, but lets promises settle after every task: for code that awaits. */
  async advanceAsync(byMs: number): Promise<void> {
    const until = this.#now + byMs
    await settled()
    for (;;) {
      const next = this.#tasks[0]
      if (next === undefined || next.at > until) break
      this.#tasks.shift()
      this.#now = next.at
      next.task()
      await settled()
    }
    this.#now = until
  }
}

function isLater(
  a: { at: number; sequence: number } | undefined,
  b: { at: number; sequence: number },
): boolean {
  return a !== undefined && (a.at > b.at || (a.at === b.at && a.sequence > b.sequence))
}

/** Waits until promises and stream events that are due now have run. */
export function settled(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
