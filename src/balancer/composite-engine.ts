import type { Engine } from './engine.ts'
import type { BalancerSnapshot, ListenerSnapshot } from './selection/balancer-snapshot.ts'
import { summedCounters } from './summed-counters.ts'

/**
 * Two engines for one balancer: each listener is served by `preferred` unless `isFor` says that only the other can. Flows of a listener
 * that changes sides end where they began.
 */
export function compositeEngine(
  preferred: Engine,
  other: Engine,
  isFor: (listener: ListenerSnapshot, snapshot: BalancerSnapshot) => boolean,
): Engine {
  const part = (snapshot: BalancerSnapshot, isPreferred: boolean): BalancerSnapshot => ({
    ...snapshot,
    listeners: snapshot.listeners.filter(listener => isFor(listener, snapshot) === isPreferred),
  })
  return {
    name: preferred.name,
    async apply(snapshot, states) {
      await all([preferred.apply(part(snapshot, true), states), other.apply(part(snapshot, false), states)])
    },
    counters: () => summedCounters([preferred.counters(), other.counters()]),
    close: deadlineMs => all([preferred.close(deadlineMs), other.close(deadlineMs)]),
  }
}

/** Waits for both, also when one fails: what can be done is done. */
async function all(tasks: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(tasks)) if (result.status === 'rejected') throw result.reason
}
