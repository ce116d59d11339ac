import type { Datagrams, Endpoint } from '../base/network.ts'
import type { LaneRules } from './lane.ts'

/** What waits in the kernel while the program stands still; more is dropped. */
const waitingMax = 256

export interface DatagramRules extends LaneRules {
  isHung(address: string): boolean
  isLost(from: string, to: string): boolean
}

export interface DatagramSetup {
  readonly at: Endpoint
  readonly receive: (data: Buffer, from: Endpoint) => void
  readonly rules: DatagramRules
  /** The socket bound to an endpoint when a datagram gets there. */
  readonly find: (to: Endpoint) => SimulatedDatagrams | undefined
  readonly onClosed: () => void
}

/** A bound UDP socket: each datagram takes its own time, so that they overtake one another, and some are lost. */
export class SimulatedDatagrams implements Datagrams {
  readonly at: Endpoint
  readonly #setup: DatagramSetup
  #waiting: { data: Buffer; from: Endpoint }[] = []
  #isClosed = false

  constructor(setup: DatagramSetup) {
    this.at = setup.at
    this.#setup = setup
  }

  send(data: Uint8Array, to: Endpoint): void {
    if (this.#isClosed) throw new Error('Not running')
    const { rules, find } = this.#setup
    if (rules.isHung(this.at.address) || rules.isLost(this.at.address, to.address)) return
    const copy = Buffer.from(data)
    rules.clock.after(rules.latencyMs(this.at.address, to.address), () => find(to)?.arrive(copy, this.at))
  }

  arrive(data: Buffer, from: Endpoint): void {
    if (!this.#setup.rules.isHung(this.at.address)) return this.#setup.receive(data, from)
    if (this.#waiting.length < waitingMax) this.#waiting.push({ data, from })
  }

  /** Goes on after the owner's program stood still. */
  wake(): void {
    if (this.#setup.rules.isHung(this.at.address)) return
    for (const { data, from } of this.#waiting.splice(0)) this.#setup.receive(data, from)
  }

  close(): Promise<void> {
    this.#isClosed = true
    this.#setup.onClosed()
    return Promise.resolve()
  }
}
