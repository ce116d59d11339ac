import type { Clock } from '../base/clock.ts'

/** What a lane asks of the network it belongs to. */
export interface LaneRules {
  readonly clock: Clock
  latencyMs(from: string, to: string): number
  isCut(from: string, to: string): boolean
  /** Calls `lane.deliver` again once cuts are mended. */
  waitForMending(lane: Lane): void
}

interface Parcel {
  readonly at: number
  readonly lossy: boolean
  readonly arrive: () => void
}

/** One direction of one connection: what is sent arrives later and in order; while the two are cut off it waits, as TCP sends again. */
export class Lane {
  readonly #rules: LaneRules
  readonly #from: string
  readonly #to: string
  #parcels: Parcel[] = []

  constructor(rules: LaneRules, from: string, to: string) {
    this.#rules = rules
    this.#from = from
    this.#to = to
  }

  /** A lossy parcel (RST, which nobody sends twice) is dropped when it arrives at a cut. */
  send(arrive: () => void, lossy = false): void {
    const { clock } = this.#rules
    const at = Math.max(
      clock.now() + this.#rules.latencyMs(this.#from, this.#to),
      this.#parcels.at(-1)?.at ?? 0,
    )
    this.#parcels.push({ at, lossy, arrive })
    clock.after(at - clock.now(), () => this.deliver())
  }

  /** Hands over what is due; called again when a cut is mended. */
  deliver(): void {
    if (this.#rules.isCut(this.#from, this.#to)) {
      this.#parcels = this.#parcels.filter(parcel => !(parcel.lossy && this.#isDue(parcel)))
      this.#rules.waitForMending(this)
      return
    }
    while (this.#parcels[0] !== undefined && this.#isDue(this.#parcels[0])) {
      this.#parcels.shift()?.arrive()
    }
  }

  #isDue(parcel: Parcel): boolean {
    // Sums of fractions of a millisecond may differ in their last bits.
    return parcel.at <= this.#rules.clock.now() + 1e-6
  }
}
