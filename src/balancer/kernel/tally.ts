import type { EngineCounters, ListenerCounters, TargetCounters } from '../engine.ts'
import { newListenerCounters, newTargetCounters } from '../new-counters.ts'
import type { TargetSnapshot } from '../selection/balancer-snapshot.ts'
import type { Routing } from '../selection/routing.ts'
import type { TrackedFlow } from './conntrack.ts'
import {
  acceptedCounter,
  counterOf,
  deniedCounter,
  endpointName,
  failedCounter,
  openedCounter,
} from './names.ts'
import type { Counted } from './read-counters.ts'
import { transportsOf } from './transports-of.ts'

/** Sums of what the kernel counted since this process began. */
export interface Tally {
  readonly counters: EngineCounters
  /** Adds what was counted since the last time. Gives how many flows began. */
  count(routes: Routing, counted: ReadonlyMap<string, Counted>): number
  /** Sets how many flows there are now: of these, which live. */
  census(routes: Routing, flows: readonly TrackedFlow[]): void
  /** Flows of a target that we ended. */
  ended(key: string, flows: number): void
}

export function tally(): Tally {
  const listeners = new Map<number, ListenerCounters>()
  const targets = new Map<string, TargetCounters>()
  const listenerOf = (port: number): ListenerCounters => entry(listeners, port, newListenerCounters)
  const targetOf = (key: string): TargetCounters => entry(targets, key, newTargetCounters)

  return {
    counters: { listeners, targets },
    count(routes, counted) {
      const packets = (name: string): number => counted.get(name)?.packets ?? 0
      let begun = 0
      for (const listener of routes.snapshot.listeners) {
        const counters = listenerOf(listener.port)
        for (const transport of transportsOf(listener)) {
          const accepted = packets(acceptedCounter(transport, listener.port))
          const blocked = packets(deniedCounter(transport, listener.port))
          counters.accepted += accepted
          begun += accepted
          counters.blocked += blocked
          counters.failed += packets(failedCounter(transport, listener.port))
          if (transport === 'udp') {
            counters.udpAccepted += accepted
            counters.udpBlocked += blocked
          }
        }
      }
      const seen = new Set<string>()
      for (const { group, target } of registrations(routes)) {
        const counters = targetOf(target.key)
        const opened = packets(openedCounter(group, target))
        counters.opened += opened
        if (routes.isFailOpen(target.key)) counters.failOpen += opened
        // Bytes are counted by address and port. Where two groups share one, the first has them.
        const endpoint = endpointName(target)
        if (seen.has(endpoint)) continue
        seen.add(endpoint)
        counters.connectFailures += packets(counterOf('refusals', endpoint))
        counters.clientResets += packets(counterOf('resets-by-client', endpoint))
        counters.targetResets += packets(counterOf('resets-by-target', endpoint))
        counters.bytesFromClients += counted.get(counterOf('bytes-to', endpoint))?.bytes ?? 0
        counters.bytesFromTarget += counted.get(counterOf('bytes-from', endpoint))?.bytes ?? 0
      }
      const known = new Set([...registrations(routes)].map(({ target }) => target.key))
      for (const key of targets.keys()) if (!known.has(key)) targets.delete(key)
      return begun
    },
    census(routes, flows) {
      for (const counters of listeners.values()) {
        counters.active = 0
        counters.udpActive = 0
      }
      for (const counters of targets.values()) counters.active = 0
      const keyOf = new Map(
        [...registrations(routes)].map(({ target }) => [endpointName(target), target.key]),
      )
      for (const flow of flows) {
        const { port } = flow.listener
        const listener = routes.listener(port) === undefined ? listeners.get(port) : listenerOf(port)
        if (listener !== undefined) {
          listener.active++
          if (flow.transport === 'udp') listener.udpActive++
        }
        const key = keyOf.get(endpointName(flow.target))
        if (key !== undefined) targetOf(key).active++
      }
    },
    ended(key, flows) {
      targetOf(key).balancerResets += flows
    },
  }
}

function* registrations({ snapshot }: Routing): Iterable<{ group: string; target: TargetSnapshot }> {
  for (const { name, targets } of snapshot.targetGroups)
    for (const target of targets) yield { group: name, target }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = make()
  map.set(key, made)
  return made
}
