import type { Engine, EngineCounters, ListenerCounters, TargetCounters } from './engine.ts'
import type { BalancerSnapshot, ListenerSnapshot } from './selection/balancer-snapshot.ts'

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
    counters: () => merged(preferred.counters(), other.counters()),
    close: deadlineMs => all([preferred.close(deadlineMs), other.close(deadlineMs)]),
  }
}

/** Waits for both, also when one fails: what can be done is done. */
async function all(tasks: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(tasks)) if (result.status === 'rejected') throw result.reason
}

function merged(some: EngineCounters, others: EngineCounters): EngineCounters {
  return {
    listeners: mergedMap<number, ListenerCounters>(some.listeners, others.listeners),
    targets: mergedMap<string, TargetCounters>(some.targets, others.targets),
  }
}

function mergedMap<K, C extends object>(some: ReadonlyMap<K, C>, others: ReadonlyMap<K, C>): Map<K, C> {
  const sums = new Map(some)
  for (const [key, counters] of others) {
    const known = sums.get(key)
    sums.set(key, known === undefined ? counters : summed(known, counters))
  }
  return sums
}

/** Every field of a counter is a number. */
function summed<C extends object>(some: C, others: C): C {
  const sum = Object.entries(some).map(([name, value]) => [
    name,
    Number(value) + Number(Reflect.get(others, name) ?? 0),
  ])
  return Object.fromEntries(sum) as C
}
