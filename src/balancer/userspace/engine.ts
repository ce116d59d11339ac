import { type Cancel, type Clock, every } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { ConnectError, type Connection, type Network } from '../../base/network.ts'
import type { Engine, EngineEvents, ListenerCounters, TargetCounters } from '../engine.ts'
import type { BalancerSnapshot, TargetSnapshot } from '../selection/balancer-snapshot.ts'
import { ipProtocol } from '../selection/flow-hash.ts'
import { type Routing, routing } from '../selection/routing.ts'
import type { TargetStates } from '../selection/target-state.ts'
import { type Flow, flowTable } from './flow-table.ts'
import { type UserspaceLimits, userspaceLimits } from './limits.ts'
import { listenerSet } from './listener-set.ts'
import { relay } from './relay.ts'

export interface UserspaceOptions {
  readonly network: Network
  readonly clock: Clock
  readonly log: Log
  readonly events: EngineEvents
  readonly limits?: UserspaceLimits
}

const nothingTried: readonly TargetSnapshot[] = []

/**
 * TCP through this process. A client is accepted paused: not a byte of it is read before a target has taken the connection, so a target
 * that refuses is replaced by another and the client notices nothing.
 */
export function userspaceEngine(options: UserspaceOptions): Engine {
  const { network, clock, log, events, limits = userspaceLimits } = options
  const flows = flowTable()
  const waiting = new Set<Connection>()
  const listeners = new Map<number, ListenerCounters>()
  const targets = new Map<string, TargetCounters>()
  const terminations = new Map<string, Cancel>()
  const drained: (() => void)[] = []
  let routes: Routing | undefined
  let isClosed = false

  const accept = (port: number, client: Connection): void => {
    const counters = entry(listeners, port, newListenerCounters)
    client.on('error', ignore)
    if (
      isClosed ||
      counters.active >= limits.connectionsPerListenerMax ||
      flows.size + waiting.size >= limits.connectionsMax
    ) {
      counters.rejected++
      client.resetAndDestroy()
      return
    }
    counters.accepted++
    counters.active++
    waiting.add(client)
    void connect(port, client, counters)
  }

  const connect = async (port: number, client: Connection, counters: ListenerCounters): Promise<void> => {
    const choice = routes?.choose(port, {
      sourceAddress: client.remoteAddress ?? '',
      sourcePort: client.remotePort ?? 0,
      destinationAddress: client.localAddress ?? '',
      destinationPort: client.localPort ?? port,
      protocol: ipProtocol.tcp,
    })
    let tried = nothingTried
    while (choice !== undefined && tried.length < limits.connectAttemptsMax && !client.destroyed) {
      const target = routes?.select(choice, tried)
      if (target === undefined) break
      const connection = await attempt(target)
      if (connection?.destroyed === false && !client.destroyed) {
        if (routes?.mayStart(target.key) === true) return start(port, client, connection, target, counters)
        connection.resetAndDestroy()
      } else connection?.destroy()
      tried = [...tried, target]
    }
    waiting.delete(client)
    counters.active--
    counters.failed++
    client.resetAndDestroy()
    settle()
  }

  const attempt = async (target: TargetSnapshot): Promise<Connection | undefined> => {
    try {
      const connection = await network.connect(target, {
        timeoutMs: limits.connectTimeoutMs,
        allowHalfOpen: true,
      })
      connection.on('error', ignore)
      return connection
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error
      entry(targets, target.key, newTargetCounters).connectFailures++
      const { reason } = error
      // 'unreachable' may be our own shortage of ports or descriptors: no evidence against the target.
      if (reason === 'refused' || reason === 'reset' || reason === 'timeout')
        events.connectFailed(target.key, reason)
      return undefined
    }
  }

  const start = (
    port: number,
    client: Connection,
    connection: Connection,
    target: TargetSnapshot,
    listener: ListenerCounters,
  ): void => {
    const counters = entry(targets, target.key, newTargetCounters)
    counters.opened++
    counters.active++
    if (routes?.isFailOpen(target.key) === true) counters.failOpen++
    waiting.delete(client)
    connection.removeAllListeners('error')
    const flow: Flow = {
      relay: relay(client, connection, {
        aborted: by => (by === 'client' ? counters.clientResets++ : counters.targetResets++),
        ended() {
          flows.remove(flow)
          listener.active--
          counters.active--
          forget(target.key)
          settle()
        },
      }),
      target,
      port,
      listener,
      counters,
      bytesFromClient: 0,
      bytesFromTarget: 0,
      activeAt: clock.now(),
    }
    flows.add(flow)
  }

  const forget = (key: string): void => {
    if (routes?.targets.has(key) !== true && !flows.isInUse(key)) targets.delete(key)
  }

  const settle = (): void => {
    if (flows.size + waiting.size === 0) for (const resolve of drained.splice(0)) resolve()
  }

  const sockets = listenerSet(network, log, accept)
  const cancelSweep = every(clock, limits.sweepIntervalMs, () =>
    // A listener that is gone leaves its flows AWS's default.
    flows.sweep(clock.now(), port => routes?.listener(port)?.idleTimeoutMs ?? 350_000),
  )

  /** Flows of a deregistered target go on for good, unless the target group says that they end with the delay. */
  const terminateDrained = (before: Routing | undefined, now: Routing): void => {
    const reset = (key: string): void => {
      terminations.delete(key)
      const count = flows.resetTarget(key)
      if (count > 0) log.info('flows reset', { target: key, count, reason: 'deregistration delay is over' })
    }
    for (const group of now.snapshot.targetGroups) {
      for (const { key, deregistering } of group.targets) {
        if (!deregistering || !group.resetsAfterDeregistration) {
          terminations.get(key)?.()
          terminations.delete(key)
        } else if (!terminations.has(key))
          terminations.set(
            key,
            clock.after(group.deregistrationDelayMs, () => reset(key)),
          )
      }
    }
    for (const [key, group] of before?.targets ?? []) {
      if (now.targets.has(key)) continue
      terminations.get(key)?.()
      if (group.resetsAfterDeregistration) reset(key)
      else terminations.delete(key)
      forget(key)
    }
  }

  const apply = (snapshot: BalancerSnapshot, states: TargetStates): Promise<void> => {
    const before = routes
    const now = routing(snapshot, states)
    routes = now
    for (const key of now.targets.keys()) {
      if (!flows.isInUse(key) || !now.mustReset(key)) continue
      const count = flows.resetTarget(key)
      log.info('flows reset', { target: key, count, reason: 'target is unhealthy' })
    }
    if (before?.snapshot !== snapshot) terminateDrained(before, now)
    return sockets.reconcile(snapshot)
  }

  return {
    name: 'userspace',
    apply,
    counters: () => ({ listeners, targets }),
    async close(deadlineMs) {
      isClosed = true
      await sockets.close()
      await new Promise<void>(resolve => {
        const cancelDeadline = clock.after(deadlineMs, () => {
          flows.resetAll()
          for (const client of waiting) client.resetAndDestroy()
          resolve()
        })
        drained.push(() => {
          cancelDeadline()
          resolve()
        })
        settle()
      })
      cancelSweep()
      for (const cancel of terminations.values()) cancel()
    },
  }
}

const ignore = (): void => undefined

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = make()
  map.set(key, made)
  return made
}

const newListenerCounters = (): ListenerCounters => ({
  active: 0,
  accepted: 0,
  rejected: 0,
  failed: 0,
  blocked: 0,
  tlsFailed: 0,
  udpActive: 0,
  udpAccepted: 0,
  udpBlocked: 0,
})

const newTargetCounters = (): TargetCounters => ({
  active: 0,
  opened: 0,
  failOpen: 0,
  connectFailures: 0,
  balancerResets: 0,
  tlsFailed: 0,
  clientResets: 0,
  targetResets: 0,
  bytesFromClients: 0,
  bytesFromTarget: 0,
})
