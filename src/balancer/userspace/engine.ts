import { type Clock, every } from '../../base/clock.ts'
import { EverportError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Network } from '../../base/network.ts'
import type { Engine, EngineEvents } from '../engine.ts'
import type { BalancerSnapshot } from '../selection/balancer-snapshot.ts'
import { type Routing, routing } from '../selection/routing.ts'
import type { TargetStates } from '../selection/target-state.ts'
import { CounterBook } from './counter-book.ts'
import { FlowTable } from './flow-table.ts'
import { type ConnectionRoom, type UserspaceLimits, userspaceLimits, wholeRoom } from './limits.ts'
import { listenerSet } from './listener-set.ts'
import { TargetEnds } from './target-ends.ts'
import { TcpFlows } from './tcp-flows.ts'
import { type OpenPrivateKey, TlsIdentities } from './tls-identities.ts'
import { UdpFlows } from './udp-flows.ts'
import type { UserspaceContext } from './userspace-context.ts'

export interface UserspaceOptions {
  readonly network: Network
  readonly clock: Clock
  readonly log: Log
  readonly events: EngineEvents
  readonly limits?: UserspaceLimits
  /** Absent: all that the limits say. */
  readonly room?: ConnectionRoom
  /** Absent: no TLS listener opens. */
  readonly openPrivateKey?: OpenPrivateKey
}

/** An engine of one process, and what others that share its limits must know. */
export interface UserspaceEngine extends Engine {
  /** Flows, clients that wait for a target, and connections that are only kept to be reset. */
  connections(): number
}

/** Everything through sockets of this process: works everywhere, and for every listener of a network load balancer. */
export function userspaceEngine(options: UserspaceOptions): UserspaceEngine {
  const { network, clock, log, limits = userspaceLimits, room = wholeRoom(limits) } = options
  const counters = new CounterBook()
  const flows = new FlowTable()
  const identities = new TlsIdentities(options.openPrivateKey ?? (() => undefined))
  const drained: (() => void)[] = []
  let routes: Routing | undefined
  let isClosed = false

  const connections = (): number => flows.size + tcp.waitingCount + tcp.expiredCount
  const isFull = (): boolean => connections() >= room.connectionsMax()
  const context: UserspaceContext = {
    ...options,
    limits,
    room,
    counters,
    flows,
    identities,
    routes: () => routes,
    isClosed: () => isClosed,
    hasRoom(port) {
      if (counters.listener(port).active >= room.connectionsPerListenerMax(port))
        return udp.evictUnanswered(port)
      return !isFull() || tcp.evictExpired() || udp.evictUnanswered()
    },
    settle() {
      if (flows.size + tcp.waitingCount === 0) for (const resolve of drained.splice(0)) resolve()
    },
    forget(key) {
      if (routes?.targets.has(key) !== true && !flows.isInUse(key)) counters.forget(key)
    },
  }
  const tcp = new TcpFlows(context)
  const udp = new UdpFlows(context)
  const ends = new TargetEnds(context)
  const sockets = listenerSet({
    network,
    log,
    accept: (port, client) => tcp.accept(port, client),
    receive: (port, data, from, socket) => udp.receive(port, data, from, socket),
    isInUse: port => udp.isInUse(port),
    closing: port => udp.endListener(port),
    whyClosed: ({ tls }) => {
      const identity = tls === undefined ? undefined : identities.of(tls)
      return identity instanceof EverportError ? identity : undefined
    },
  })
  const cancelSweep = every(clock, limits.sweepIntervalMs, () => {
    flows.sweep(clock.now(), port => routes?.listener(port))
    sockets.tidy()
  })

  const apply = (snapshot: BalancerSnapshot, states: TargetStates): Promise<void> => {
    const before = routes
    routes = routing(snapshot, states)
    ends.apply(before, routes)
    identities.keep(snapshot.listeners.flatMap(({ tls }) => tls ?? []))
    return sockets.reconcile(snapshot)
  }

  return {
    name: 'userspace',
    apply,
    counters: () => counters,
    connections,
    async close(deadlineMs) {
      isClosed = true
      await sockets.close()
      await new Promise<void>(resolve => {
        const cancelDeadline = clock.after(deadlineMs, () => {
          flows.endAll('closed')
          tcp.resetWaiting()
          resolve()
        })
        drained.push(() => {
          cancelDeadline()
          resolve()
        })
        context.settle()
      })
      while (tcp.evictExpired());
      cancelSweep()
      ends.close()
    },
  }
}
