import { EverportError } from '../../base/errors.ts'
import { ConnectError, type Connection } from '../../base/network.ts'
import { proxyHeader } from '../../base/proxy-header.ts'
import type { FlowEnd, ListenerCounters } from '../engine.ts'
import type { TargetSnapshot } from '../selection/balancer-snapshot.ts'
import { ipProtocol } from '../selection/flow-hash.ts'
import type { FlowChoice } from '../selection/routing.ts'
import type { TlsSnapshot } from '../selection/tls-snapshot.ts'
import { BulkReader, ReadBuffers } from './read-buffers.ts'
import { TcpFlow, type TcpFlowOwner } from './tcp-flow.ts'
import type { UserspaceContext } from './userspace-context.ts'

/** A client that has no target yet. */
interface Waiting {
  readonly client: Connection
  readonly port: number
  readonly protocol: 'tcp' | 'tls'
  readonly counters: ListenerCounters
  readonly startedAt: number
}

const nothingTried: readonly TargetSnapshot[] = []

/**
 * TCP through this process. A client is accepted paused: not a byte of it is read before a target has taken the connection, so a target
 * that refuses is replaced by another and the client notices nothing.
 */
export class TcpFlows implements TcpFlowOwner {
  readonly #context: UserspaceContext
  readonly #buffers = new ReadBuffers()
  readonly #waiting = new Set<Waiting>()
  /** Oldest first. */
  readonly #expired = new Set<TcpFlow>()

  constructor(context: UserspaceContext) {
    this.#context = context
  }

  get counters() {
    return this.#context.counters
  }

  get waitingCount(): number {
    return this.#waiting.size
  }

  get expiredCount(): number {
    return this.#expired.size
  }

  accept(port: number, client: Connection): void {
    const { counters: book, clock } = this.#context
    const counters = book.listener(port)
    client.on('error', ignore)
    const routes = this.#context.routes()
    const listener = routes?.listener(port)
    if (routes?.mayCome(port, 'tcp', client.remoteAddress ?? '') === false) {
      // AWS drops such packets in silence, as a kernel can; here the handshake is done, and waiting would hold a descriptor.
      counters.blocked++
      return void client.resetAndDestroy()
    }
    if (this.#context.isClosed() || !this.#context.hasRoom(port)) {
      counters.rejected++
      return void client.resetAndDestroy()
    }
    counters.accepted++
    counters.active++
    const protocol = listener?.tls === undefined ? 'tcp' : 'tls'
    const waiting = { client, port, protocol, counters, startedAt: clock.now() } as const
    this.#waiting.add(waiting)
    if (listener?.tls === undefined) void this.#connect(waiting, client)
    else void this.#secure(waiting, listener.tls)
  }

  /** The handshake comes first: who does not finish it costs no target a connection. */
  async #secure(waiting: Waiting, tls: TlsSnapshot): Promise<void> {
    const { network, limits, identities } = this.#context
    const identity = identities.of(tls)
    const { client } = waiting
    try {
      if (identity instanceof EverportError) throw new ConnectError('tls', nowhere, identity.message)
      client.removeAllListeners('error')
      const { connection } = await network.acceptTls(client, {
        identity,
        timeoutMs: limits.tlsTimeoutMs,
        protocols: tls.alpnProtocols,
      })
      connection.on('error', ignore)
      await this.#connect(waiting, connection)
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error
      waiting.counters.tlsFailed++
      this.#giveUp(waiting, client)
    }
  }

  /** Room for one more at the cost of one that is forgotten already. */
  evictExpired(): boolean {
    const [oldest] = this.#expired
    if (oldest === undefined) return false
    this.#expired.delete(oldest)
    oldest.end('idle')
    return true
  }

  resetWaiting(): void {
    for (const { client } of this.#waiting) client.resetAndDestroy()
  }

  async #connect(waiting: Waiting, client: Connection): Promise<void> {
    const { limits } = this.#context
    const routes = this.#context.routes()
    const choice = routes?.choose(waiting.port, {
      sourceAddress: client.remoteAddress ?? '',
      sourcePort: client.remotePort ?? 0,
      // What it is bound to; asking each client's socket is a call of the system.
      destinationAddress: routes.snapshot.address ?? '',
      destinationPort: waiting.port,
      protocol: ipProtocol.tcp,
    })
    let tried = nothingTried
    while (choice !== undefined && tried.length < limits.connectAttemptsMax && !client.destroyed) {
      const target = this.#context.routes()?.select(choice, tried)
      if (target === undefined) break
      const reader = new BulkReader(this.#buffers, client)
      const connection = await this.#attempt(target, reader, choice, client)
      if (connection?.destroyed === false && !client.destroyed) {
        const isSecured = choice.group.protocol === 'TLS'
        if (this.#context.routes()?.mayStart(target.key) === true)
          return this.#start(waiting, { client, connection, reader, isSecured, target, choice })
        connection.resetAndDestroy()
      } else connection?.destroy()
      tried = [...tried, target]
    }
    this.#giveUp(waiting, client)
  }

  #giveUp(waiting: Waiting, client: Connection): void {
    this.#waiting.delete(waiting)
    waiting.counters.active--
    waiting.counters.failed++
    const wasGone = client.destroyed
    client.resetAndDestroy()
    this.#tell(waiting, client, undefined, wasGone ? 'client' : 'no target', true)
    this.#context.settle()
  }

  async #attempt(
    target: TargetSnapshot,
    reader: BulkReader,
    { group }: FlowChoice,
    client: Connection,
  ): Promise<Connection | undefined> {
    const { network, limits, events } = this.#context
    const isSecured = group.protocol === 'TLS'
    try {
      const timeoutMs = limits.connectTimeoutMs
      const options = { timeoutMs, allowHalfOpen: true, ...(isSecured ? {} : { reader }) }
      const connection = await network.connect(target, options)
      connection.on('error', ignore)
      if (group.proxyProtocol) connection.write(headerOf(client))
      if (!isSecured) return connection
      // AWS: certificates of targets are not validated.
      const session = await network.startTls(connection, { timeoutMs: limits.tlsTimeoutMs })
      session.connection.on('error', ignore)
      return session.connection
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error
      const counters = this.counters.target(target.key)
      counters.connectFailures++
      const { reason } = error
      if (reason === 'tls') counters.tlsFailed++
      // 'unreachable' may be our own shortage of ports or descriptors: no evidence against the target.
      if (reason === 'refused' || reason === 'reset' || reason === 'timeout')
        events.connectFailed(target.key, reason)
      return undefined
    }
  }

  #start(waiting: Waiting, pair: Pair): void {
    const { client, connection, target, choice } = pair
    const { flows, clock } = this.#context
    this.#waiting.delete(waiting)
    const counters = this.counters.target(target.key)
    const failOpen = this.#context.routes()?.isFailOpen(target.key) === true
    counters.opened++
    counters.active++
    if (failOpen) counters.failOpen++
    const { port, protocol, counters: listener } = waiting
    flows.add(
      new TcpFlow({
        owner: this,
        client,
        connection,
        reader: pair.reader,
        isSecured: pair.isSecured,
        target,
        group: choice.group.name,
        port,
        listener,
        protocol,
        failOpen,
        startedAt: clock.now(),
      }),
    )
  }

  // What flows tell

  over(flow: TcpFlow, why: FlowEnd, wasReset: boolean): void {
    const { flows } = this.#context
    flows.remove(flow)
    const { listener, client } = flow.parts
    listener.active--
    this.counters.target(flow.target.key).active--
    this.#context.forget(flow.target.key)
    this.#tell(flow.parts, client, flow, why, wasReset)
  }

  expired(flow: TcpFlow): void {
    this.#expired.add(flow)
    if (this.#expired.size > this.#context.room.expiredMax()) this.evictExpired()
    this.#context.settle()
  }

  gone(flow: TcpFlow): void {
    this.#expired.delete(flow)
    this.#context.settle()
  }

  #tell(
    about: Pick<Waiting, 'port' | 'protocol' | 'startedAt'>,
    client: Connection,
    flow: TcpFlow | undefined,
    end: FlowEnd,
    wasReset: boolean,
  ): void {
    this.#context.events.flowEnded?.({
      protocol: about.protocol,
      client: { address: client.remoteAddress ?? '', port: client.remotePort ?? 0 },
      port: about.port,
      target: flow?.target,
      failOpen: flow?.parts.failOpen ?? false,
      bytesFromClient: flow?.bytesFromClient ?? 0,
      bytesFromTarget: flow?.bytesFromTarget ?? 0,
      durationMs: this.#context.clock.now() - about.startedAt,
      end,
      wasReset,
    })
  }
}

interface Pair {
  readonly client: Connection
  readonly connection: Connection
  readonly reader: BulkReader
  readonly isSecured: boolean
  readonly target: TargetSnapshot
  readonly choice: FlowChoice
}

const nowhere = { address: '', port: 0 }

function headerOf(client: Connection): Buffer {
  const source = { address: client.remoteAddress ?? '', port: client.remotePort ?? 0 }
  const destination = { address: client.localAddress ?? '', port: client.localPort ?? 0 }
  return proxyHeader(source, destination, 'tcp')
}

const ignore = (): void => undefined
