import type { EngineCounters, ListenerCounters, TargetCounters } from './engine.ts'

/** Of several engines that serve one balancer. */
export function summedCounters(all: readonly EngineCounters[]): EngineCounters {
  const listeners = new Map<number, ListenerCounters>()
  const targets = new Map<string, TargetCounters>()
  const forgotten = new Map<string, TargetCounters>()
  for (const counters of all) {
    addCounters(listeners, counters.listeners)
    addCounters(targets, counters.targets)
    if (counters.forgotten !== undefined) addCounters(forgotten, counters.forgotten)
  }
  return { listeners, targets, forgotten }
}

/** Every field of a counter is a number. */
export function addCounters<K, C extends ListenerCounters | TargetCounters>(
  sums: Map<K, C>,
  more: ReadonlyMap<K, C>,
): void {
  for (const [key, counters] of more) {
    const sum = sums.get(key)
    if (sum === undefined) sums.set(key, { ...counters })
    else for (const name of Object.keys(counters) as (keyof C)[]) sum[name] = add(sum[name], counters[name])
  }
}

function add<N>(some: N, more: N): N {
  return (Number(some) + Number(more)) as N
}
