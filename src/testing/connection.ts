import { Duplex } from 'node:stream'
import type { Connection, ConnectionReader, Endpoint } from '../base/network.ts'
import { below, type Random } from '../base/random.ts'
import type { Lane } from './lane.ts'

/** Bytes the two kernels hold of one direction: sent and not yet read by the peer's program. */
const windowBytesMax = 65_536

export interface ConnectionSetup {
  readonly local: Endpoint
  readonly remote: Endpoint
  readonly allowHalfOpen: boolean
  readonly lane: Lane
  readonly random: Random
  /** True while the program that owns this side stands still: it neither reads nor sends. */
  readonly isHung: () => boolean
  readonly onGone: () => void
}

type Arrival = Buffer | 'end' | 'reset'

/**
 * One side of a simulated connection. It stands on the same stream class as node:net's Socket, so events come in the same order; only
 * the wire below is ours.
 */
export class SimulatedConnection extends Duplex implements Connection {
  readonly localAddress: string
  readonly localPort: number
  readonly remoteAddress: string
  readonly remotePort: number
  bytesRead = 0
  #setup: ConnectionSetup
  #peer: SimulatedConnection | undefined
  #dispatchedBytes = 0
  #current: { rest: Buffer; bytes: number; done: () => void } | undefined
  #outbox: (() => void)[] = []
  #inFlightBytes = 0
  #arrivals: Arrival[] = []
  #wantsData = false
  #isResetByPeer = false
  #hasSentEnd = false

  constructor(setup: ConnectionSetup) {
    // 16 KiB is node:net's mark in Node 20.
    super({ allowHalfOpen: setup.allowHalfOpen, highWaterMark: 16_384, decodeStrings: true })
    this.#setup = setup
    this.localAddress = setup.local.address
    this.localPort = setup.local.port
    this.remoteAddress = setup.remote.address
    this.remotePort = setup.remote.port
  }

  get bytesWritten(): number {
    return this.#dispatchedBytes + this.writableLength - (this.#current?.bytes ?? 0)
  }

  /** The other side, once the handshake is done. */
  joinPeer(peer: SimulatedConnection): void {
    this.#peer = peer
  }

  /** As node:net's `onread`: what comes goes into the reader's memory, and waits for `resume`. */
  readInto(reader: ConnectionReader): void {
    let buffer = reader.buffer()
    this.pause()
    this.on('data', (data: Buffer) => {
      for (let rest = data; rest.length > 0; ) {
        const count = Math.min(rest.length, buffer.length)
        buffer.set(rest.subarray(0, count))
        rest = rest.subarray(count)
        const goesOn = reader.read(count)
        buffer = reader.buffer()
        if (goesOn) continue
        this.pause()
        if (rest.length > 0) this.unshift(rest)
        return
      }
    })
    this.pause()
  }

  setNoDelay(): this {
    return this
  }

  resetAndDestroy(): this {
    if (!this.destroyed) this.#sendReset()
    this.#arrivals = []
    return this.destroy()
  }

  /** The owner's program is gone: nothing is told to it any more, the peer gets RST or, when nothing was left unread, FIN. */
  abandon(how: 'reset' | 'end'): void {
    this.removeAllListeners()
    this.on('error', () => undefined)
    if (how === 'reset') this.resetAndDestroy()
    else this.destroy()
  }

  /** Goes on after the owner's program stood still. */
  wake(): void {
    for (const send of this.#outbox.splice(0)) send()
    this.#flush()
    this.#hand()
  }

  override _read(): void {
    this.#wantsData = true
    this.#hand()
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.#dispatchedBytes += chunk.length
    if (this.#isResetByPeer) return done(systemError('write', 'ECONNRESET'))
    this.#current = { rest: chunk, bytes: chunk.length, done }
    this.#flush()
  }

  override _final(done: () => void): void {
    this.#sendEnd()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#current = undefined
    // Linux: closing with unread bytes tells the peer that they were lost.
    if (this.#arrivals.some(arrival => arrival instanceof Buffer)) this.#sendReset()
    else if (!this.#isResetByPeer) this.#sendEnd()
    this.#arrivals = []
    this.#setup.onGone()
    done(error)
  }

  /** Sends of the current chunk what the window has room for, in pieces of random size. */
  #flush(): void {
    while (this.#current !== undefined && !this.#setup.isHung()) {
      const room = Math.min(windowBytesMax - this.#inFlightBytes, this.#current.rest.length)
      if (room === 0 && this.#current.rest.length > 0) return
      const size = this.#setup.random.uint32() % 2 === 0 ? room : 1 + below(this.#setup.random, room)
      // A copy: the writer may use its buffer again once the write is done.
      const piece = Buffer.from(this.#current.rest.subarray(0, size))
      this.#current.rest = this.#current.rest.subarray(size)
      this.#inFlightBytes += piece.length
      this.#setup.lane.send(() => this.#peer?.arrive(piece))
      if (this.#current.rest.length > 0) continue
      const { done } = this.#current
      this.#current = undefined
      done()
    }
  }

  #sendEnd(): void {
    if (this.#hasSentEnd) return
    this.#hasSentEnd = true
    this.#post(() => this.#setup.lane.send(() => this.#peer?.arrive('end')))
  }

  #sendReset(): void {
    this.#hasSentEnd = true
    this.#post(() => this.#setup.lane.send(() => this.#peer?.arrive('reset'), true))
  }

  #post(send: () => void): void {
    if (this.#setup.isHung()) this.#outbox.push(send)
    else send()
  }

  /** Called by the peer's lane. */
  arrive(arrival: Arrival): void {
    if (arrival === 'reset') this.#isResetByPeer = true
    // RFC 9293 3.10.7.1: a segment for a connection that is closed is answered by RST.
    if (this.destroyed) return arrival instanceof Buffer ? this.#sendReset() : undefined
    this.#arrivals.push(arrival)
    this.#hand()
  }

  /** Hands to the program what it wants to read, and gives the peer its window back. */
  #hand(): void {
    while (this.#wantsData && this.#arrivals.length > 0 && !this.destroyed && !this.#setup.isHung()) {
      const arrival = this.#arrivals.shift() as Arrival
      if (arrival === 'reset') {
        this.destroy(systemError('read', 'ECONNRESET'))
      } else if (arrival === 'end') {
        this.push(null)
        this.read(0)
      } else {
        this.bytesRead += arrival.length
        this.#wantsData = this.push(arrival)
        this.#peer?.acknowledge(arrival.length)
      }
    }
  }

  /** Called by the peer when its program has read. */
  acknowledge(bytes: number): void {
    this.#inFlightBytes -= bytes
    this.#flush()
  }
}

function systemError(call: 'read' | 'write', code: string): Error {
  return Object.assign(new Error(`${call} ${code}`), { code, syscall: call })
}
