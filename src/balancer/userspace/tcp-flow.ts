import type { Connection } from '../../base/network.ts'
import type { FlowEnd, ListenerCounters } from '../engine.ts'
import type { ListenerSnapshot, TargetSnapshot } from '../selection/balancer-snapshot.ts'
import type { CounterBook } from './counter-book.ts'
import type { Flow } from './flow.ts'
import type { BulkReader } from './read-buffers.ts'
import { Relay, type Side } from './relay.ts'

/** AWS's default of `tcp.idle_timeout.seconds`, for flows whose listener is gone. */
const idleTimeoutMsDefault = 350_000

/** What the flow tells its owner. */
export interface TcpFlowOwner {
  readonly counters: CounterBook
  /** Nothing more passes; sockets may linger. */
  over(flow: TcpFlow, why: FlowEnd, wasReset: boolean): void
  /** Idle for too long; kept to reset whoever sends next, until `gone`. */
  expired(flow: TcpFlow): void
  /** Both sockets are closed. Follows `over`. */
  gone(flow: TcpFlow): void
}

export interface TcpFlowParts {
  readonly owner: TcpFlowOwner
  readonly client: Connection
  readonly connection: Connection
  readonly reader: BulkReader
  /** The connection to the target is a TLS session. */
  readonly isSecured: boolean
  readonly target: TargetSnapshot
  readonly group: string
  readonly port: number
  readonly listener: ListenerCounters
  readonly protocol: 'tcp' | 'tls'
  readonly failOpen: boolean
  readonly startedAt: number
}

/** An established connection of a client and its target. */
export class TcpFlow implements Flow {
  readonly parts: TcpFlowParts
  readonly target: TargetSnapshot
  readonly group: string
  readonly port: number
  activeAt: number
  bytesFromClient = 0
  bytesFromTarget = 0
  readonly #relay: Relay
  #firstToFinish: Side | undefined
  #isOver = false

  constructor(parts: TcpFlowParts) {
    this.parts = parts
    this.target = parts.target
    this.group = parts.group
    this.port = parts.port
    this.activeAt = parts.startedAt
    this.#relay = new Relay(parts.client, parts.connection, parts, {
      finished: by => {
        this.#firstToFinish = by
      },
      aborted: by => {
        const counters = this.#counters()
        if (by === 'client') counters.clientResets++
        else counters.targetResets++
        this.#over(by, true)
      },
      ended: () => {
        this.#over(this.#firstToFinish ?? 'client', false)
        parts.owner.gone(this)
      },
    })
  }

  /** The sockets count; asking them now and then costs nothing for each packet. */
  countBytes(): boolean {
    const { client, target } = this.#relay
    const [fromClient, fromTarget] = [client.bytesRead, target.bytesRead]
    const hasMoved = fromClient !== this.bytesFromClient || fromTarget !== this.bytesFromTarget
    const counters = this.#counters()
    counters.bytesFromClients += fromClient - this.bytesFromClient
    counters.bytesFromTarget += fromTarget - this.bytesFromTarget
    this.bytesFromClient = fromClient
    this.bytesFromTarget = fromTarget
    return hasMoved
  }

  idleTimeoutMs(listener: ListenerSnapshot | undefined): number {
    return listener?.idleTimeoutMs ?? idleTimeoutMsDefault
  }

  expire(): void {
    this.#over('idle', false)
    this.#relay.expire()
    this.parts.owner.expired(this)
  }

  end(why: FlowEnd): void {
    if (!this.#isOver) this.#counters().balancerResets++
    this.#over(why, true)
    this.#relay.reset()
  }

  #over(why: FlowEnd, wasReset: boolean): void {
    if (this.#isOver) return
    this.#isOver = true
    this.parts.owner.over(this, why, wasReset)
  }

  #counters() {
    return this.parts.owner.counters.target(this.target.key)
  }
}
