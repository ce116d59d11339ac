import type { Datagrams, Endpoint } from '../../base/network.ts'
import { proxyHeader } from '../../base/proxy-header.ts'
import type { FlowEnd } from '../engine.ts'
import { ipProtocol } from '../selection/flow-hash.ts'
import { UdpFlow } from './udp-flow.ts'
import type { UserspaceContext } from './userspace-context.ts'

/**
 * UDP through this process: a client's address and port keep their target until the flow stands idle (NLB: 120 s), or its target says that
 * nobody listens there; then the next datagram is a new flow. Bound by the number of flows; a flow that was never answered makes room.
 */
export class UdpFlows {
  readonly #context: UserspaceContext
  /** By listener, client's address and port; oldest first. */
  readonly #flows = new Map<string, UdpFlow>()
  /** By listener, oldest first. */
  readonly #unanswered = new Map<number, Set<UdpFlow>>()
  readonly #perPort = new Map<number, number>()

  constructor(context: UserspaceContext) {
    this.#context = context
  }

  receive(port: number, data: Uint8Array, from: Endpoint, socket: Datagrams): void {
    const key = `${port} ${from.address} ${from.port}`
    const flow = this.#flows.get(key) ?? this.#begin(key, port, from, socket)
    flow?.fromClient(data)
  }

  /** Room for one more, of that listener or of any: the oldest flow that nobody answered. Forged senders must not push out flows that live. */
  evictUnanswered(port?: number): boolean {
    const candidates = port === undefined ? this.#unanswered.values() : [this.#unanswered.get(port) ?? []]
    for (const flows of candidates) {
      for (const flow of flows) {
        flow.end('idle')
        return true
      }
    }
    return false
  }

  isInUse(port: number): boolean {
    return (this.#perPort.get(port) ?? 0) > 0
  }

  /** The listener's socket is about to close, and with it the way back. */
  endListener(port: number): void {
    for (const flow of this.#flows.values()) if (flow.port === port) flow.end('closed')
  }

  #count(port: number, by: 1 | -1): void {
    this.#perPort.set(port, (this.#perPort.get(port) ?? 0) + by)
  }

  #setOf(port: number): Set<UdpFlow> {
    const found = this.#unanswered.get(port) ?? new Set()
    this.#unanswered.set(port, found)
    return found
  }

  #begin(key: string, port: number, client: Endpoint, socket: Datagrams): UdpFlow | undefined {
    const { counters, limits, clock, flows } = this.#context
    const routes = this.#context.routes()
    const listener = counters.listener(port)
    if (routes?.mayCome(port, 'udp', client.address) === false) {
      listener.blocked++
      listener.udpBlocked++
      return undefined
    }
    if (this.#context.isClosed() || !this.#context.hasRoom(port)) {
      listener.rejected++
      return undefined
    }
    const choice = routes?.choose(port, {
      sourceAddress: client.address,
      sourcePort: client.port,
      destinationAddress: socket.at.address,
      destinationPort: port,
      protocol: ipProtocol.udp,
    })
    const target = choice === undefined ? undefined : routes?.select(choice, [])
    if (choice === undefined || target === undefined) {
      listener.failed++
      return undefined
    }
    const failOpen = routes?.isFailOpen(target.key) === true
    const ofTarget = counters.target(target.key)
    for (const count of [listener, ofTarget]) count.active++
    listener.accepted++
    listener.udpAccepted++
    listener.udpActive++
    ofTarget.opened++
    if (failOpen) ofTarget.failOpen++
    const destination = { address: socket.at.address, port }
    const flow = new UdpFlow({
      counters,
      client,
      target,
      group: choice.group.name,
      port,
      failOpen,
      header: choice.group.proxyProtocol ? proxyHeader(client, destination, 'udp') : undefined,
      startedAt: clock.now(),
      unansweredMs: limits.udpUnansweredMs,
      queueMax: limits.udpQueueMax,
      answer: data => socket.send(data, client),
      over: (ended, why) => this.#over(key, ended, why),
    })
    this.#flows.set(key, flow)
    this.#setOf(port).add(flow)
    this.#count(port, 1)
    flows.add(flow)
    void this.#open(flow)
    return flow
  }

  async #open(flow: UdpFlow): Promise<void> {
    const { network, events, counters } = this.#context
    const { key } = flow.target
    const peer = await network.datagramPeer(flow.target, {
      receive: data => {
        if (!flow.isAnswered) this.#setOf(flow.port).delete(flow)
        flow.fromTarget(data)
      },
      refused: () => {
        counters.target(key).connectFailures++
        events.connectFailed(key, 'refused')
        // The next datagram finds a target that lives.
        flow.end('target failed')
      },
    })
    if (peer === undefined) flow.end('no target')
    else flow.open(peer)
  }

  #over(key: string, flow: UdpFlow, why: FlowEnd): void {
    const { counters, flows, clock, events } = this.#context
    this.#flows.delete(key)
    this.#setOf(flow.port).delete(flow)
    this.#count(flow.port, -1)
    flows.remove(flow)
    const listener = counters.listener(flow.port)
    listener.active--
    listener.udpActive--
    counters.target(flow.target.key).active--
    this.#context.forget(flow.target.key)
    events.flowEnded?.({
      protocol: 'udp',
      client: flow.parts.client,
      port: flow.port,
      target: flow.target,
      failOpen: flow.parts.failOpen,
      bytesFromClient: flow.bytesFromClient,
      bytesFromTarget: flow.bytesFromTarget,
      durationMs: clock.now() - flow.parts.startedAt,
      end: why,
      wasReset: false,
    })
    this.#context.settle()
  }
}
