import type { DatagramPeer, Endpoint } from '../../base/network.ts'
import type { FlowEnd } from '../engine.ts'
import type { ListenerSnapshot, TargetSnapshot } from '../selection/balancer-snapshot.ts'
import type { CounterBook } from './counter-book.ts'
import type { Flow } from './flow.ts'

/** AWS's idle timeout of UDP flows, for those whose listener is gone. */
const idleTimeoutMsDefault = 120_000

export interface UdpFlowParts {
  readonly counters: CounterBook
  readonly client: Endpoint
  readonly target: TargetSnapshot
  readonly group: string
  readonly port: number
  readonly failOpen: boolean
  /** In front of each datagram to the target: a PROXY header, or nothing. */
  readonly header: Uint8Array | undefined
  readonly startedAt: number
  readonly unansweredMs: number
  readonly queueMax: number
  /** Sends to the client. */
  readonly answer: (data: Uint8Array) => void
  readonly over: (flow: UdpFlow, why: FlowEnd) => void
}

/** Datagrams of one client's address and port to one listener, and what the target answers. */
export class UdpFlow implements Flow {
  readonly parts: UdpFlowParts
  readonly target: TargetSnapshot
  readonly group: string
  readonly port: number
  activeAt: number
  bytesFromClient = 0
  bytesFromTarget = 0
  #datagrams = 0
  #datagramsSeen = 0
  #isAnswered = false
  #countedFromClient = 0
  #countedFromTarget = 0
  #peer: DatagramPeer | undefined
  #queue: Uint8Array[] = []
  #isOver = false

  constructor(parts: UdpFlowParts) {
    this.parts = parts
    this.target = parts.target
    this.group = parts.group
    this.port = parts.port
    this.activeAt = parts.startedAt
  }

  get isAnswered(): boolean {
    return this.#isAnswered
  }

  /** The socket to the target is there. */
  open(peer: DatagramPeer): void {
    if (this.#isOver) return peer.close()
    this.#peer = peer
    for (const data of this.#queue) peer.send(data)
    this.#queue = []
  }

  fromClient(data: Uint8Array): void {
    this.bytesFromClient += data.length
    this.#datagrams++
    const whole = this.parts.header === undefined ? data : Buffer.concat([this.parts.header, data])
    if (this.#peer !== undefined) this.#peer.send(whole)
    else if (this.#queue.length < this.parts.queueMax) this.#queue.push(whole)
  }

  fromTarget(data: Uint8Array): void {
    if (this.#isOver) return
    this.#isAnswered = true
    this.bytesFromTarget += data.length
    this.#datagrams++
    this.parts.answer(data)
  }

  /** An empty datagram is one too. */
  countBytes(): boolean {
    const counters = this.parts.counters.target(this.target.key)
    counters.bytesFromClients += this.bytesFromClient - this.#countedFromClient
    counters.bytesFromTarget += this.bytesFromTarget - this.#countedFromTarget
    this.#countedFromClient = this.bytesFromClient
    this.#countedFromTarget = this.bytesFromTarget
    const hasMoved = this.#datagrams !== this.#datagramsSeen
    this.#datagramsSeen = this.#datagrams
    return hasMoved
  }

  idleTimeoutMs(listener: ListenerSnapshot | undefined): number {
    return this.#isAnswered ? (listener?.udpIdleTimeoutMs ?? idleTimeoutMsDefault) : this.parts.unansweredMs
  }

  expire(): void {
    this.end('idle')
  }

  end(why: FlowEnd): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#queue = []
    this.#peer?.close()
    this.parts.over(this, why)
  }
}
