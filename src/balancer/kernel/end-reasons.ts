import type { Clock } from '../../base/clock.ts'
import type { Endpoint } from '../../base/network.ts'
import type { FlowEnd } from '../engine.ts'
import { endpointName } from './names.ts'

/** From when we order it until the kernel's word of the last flow has been read. */
const heardWithinMs = 10_000

/** Why this balancer itself ends flows: the kernel tells only that a program did. */
export class EndReasons {
  readonly #clock: Clock
  readonly #byTarget = new Map<string, { readonly end: FlowEnd; readonly untilMs: number }>()
  #isClosing = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Flows of this target are being ended. */
  note(target: Endpoint, end: FlowEnd): void {
    for (const [name, { untilMs }] of this.#byTarget)
      if (untilMs < this.#clock.now()) this.#byTarget.delete(name)
    this.#byTarget.set(endpointName(target), { end, untilMs: this.#clock.now() + heardWithinMs })
  }

  /** All flows are, from now on. */
  noteClosing(): void {
    this.#isClosing = true
  }

  /** Undefined: it is none of ours. */
  of(target: Endpoint): FlowEnd | undefined {
    const noted = this.#byTarget.get(endpointName(target))
    if (noted !== undefined && noted.untilMs >= this.#clock.now()) return noted.end
    return this.#isClosing ? 'closed' : undefined
  }
}
