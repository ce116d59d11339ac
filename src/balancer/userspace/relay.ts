import { unreachable } from '../../base/assert.ts'
import type { Connection } from '../../base/network.ts'
import type { BulkReader } from './read-buffers.ts'

export type Side = 'client' | 'target'

export interface RelayEvents {
  /** FIN from this side before the other: once. */
  finished(by: Side): void
  /** RST, or another end without FIN, from this side; the other has been reset. */
  aborted(by: Side): void
  /** Both connections are closed. */
  ended(): void
}

/** What the relay must know of its connections. */
interface RelayedSides {
  readonly reader: BulkReader
  /** The target's is a TLS session. */
  readonly isSecured: boolean
  /** 'tls': the client's is. */
  readonly protocol: 'tcp' | 'tls'
}

/**
 * | state   | a byte of one side     | FIN of one side              | reset of one side | expire()   | reset() |
 * |---------|------------------------|------------------------------|-------------------|------------|---------|
 * | flowing | goes to the other      | goes to the other            | resets the other  | expired    | over    |
 * | expired | that side is reset     | that side is reset           | that side is gone | –          | over    |
 * | over    | –                      | –                            | –                 | –          | –       |
 */
type RelayState = 'flowing' | 'expired' | 'over'

/**
 * Passes bytes both ways until both sides are done. A FIN is passed on as a FIN and the other direction stays open (RFC 9293 3.6); a
 * reset becomes a reset. What one side does not take stops the reading of the other: a flow holds no more than two reads and the
 * sockets' own buffers. Both sides come paused and start here.
 */
export class Relay {
  readonly client: Connection
  readonly target: Connection
  readonly #reader: BulkReader
  readonly #events: RelayEvents
  readonly #isClientSecured: boolean
  readonly #isTargetSecured: boolean
  #state: RelayState = 'flowing'
  #open = 2
  /** FIN has been passed on to it. */
  #clientEnded = false
  #targetEnded = false

  /** What the target sends goes through `reader`: it was opened with it, or, with `isSecured`, gives 'data' as every TLS session does. */
  constructor(
    client: Connection,
    target: Connection,
    { reader, isSecured, protocol }: RelayedSides,
    events: RelayEvents,
  ) {
    this.client = client
    this.target = target
    this.#reader = reader
    this.#events = events
    this.#isClientSecured = protocol === 'tls'
    this.#isTargetSecured = isSecured
    client.on('error', () => this.#aborted('client'))
    target.on('error', () => this.#aborted('target'))
    client.on('close', () => this.#closed())
    target.on('close', () => this.#closed())
    client.on('data', data => {
      if (this.#state !== 'flowing') this.#late(client)
      else if (!target.write(data)) client.pause()
    })
    client.on('end', () => this.#finished('client'))
    target.on('end', () => this.#finished('target'))
    target.on('drain', () => client.resume())
    reader.begin(() => target.resume())
    if (isSecured) {
      target.on('data', data => {
        if (!reader.forward(data)) target.pause()
      })
      client.on('drain', () => target.resume())
    }
    client.resume()
    target.resume()
  }

  /** RST to both. */
  reset(): void {
    this.#state = 'over'
    this.#cutClient()
    this.#cutTarget()
  }

  /** The flow is forgotten: whoever says anything from here is reset (NLB: idle timeout). */
  expire(): void {
    this.#state = 'expired'
    this.#reader.expire(() => this.#late(this.target))
    // What a slow side did not take is not waited for any more.
    this.client.resume()
    this.target.resume()
  }

  #late(side: Connection): void {
    if (side === this.client) this.#cutClient()
    else this.#cutTarget()
  }

  #finished(by: Side): void {
    switch (this.#state) {
      case 'over':
        return
      case 'expired':
        return this.#late(this[by])
      case 'flowing':
        if (!this.#clientEnded && !this.#targetEnded) this.#events.finished(by)
        if (by === 'client') this.#targetEnded = true
        else this.#clientEnded = true
        if (!this.#clientEnded || !this.#targetEnded)
          return void (by === 'client' ? this.target : this.client).end()
        this.#endLast(this.client, this.#isClientSecured)
        this.#endLast(this.target, this.#isTargetSecured)
        return
      default:
        return unreachable(this.#state)
    }
  }

  #aborted(by: Side): void {
    if (this.#state !== 'flowing') return
    this.#state = 'over'
    this.#events.aborted(by)
    if (by === 'client') this.#cutTarget()
    else this.#cutClient()
  }

  #closed(): void {
    if (--this.#open > 0) return
    this.#reader.close()
    this.#events.ended()
  }

  /**
   * Both sides have sent FIN: nothing more will come. A side that nothing is on its way to is closed, which says FIN as well: one step for the two of
   * shutting down and closing, also where the first has been asked for and not been done yet. A TLS session says something of its own first.
   */
  #endLast(side: Connection, isSecured: boolean): void {
    if (!isSecured && side.writableLength === 0) side.destroy()
    else side.end()
  }

  /** RST, unless a FIN is on its way or sent: Node cannot reset a socket that shuts down (libuv refuses, and it would stay open). */
  #cutClient(): void {
    if (this.#clientEnded) this.client.destroy()
    else this.client.resetAndDestroy()
  }

  #cutTarget(): void {
    if (this.#targetEnded) this.target.destroy()
    else this.target.resetAndDestroy()
  }
}
