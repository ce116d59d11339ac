import type { BalancerSnapshot } from '../selection/balancer-snapshot.ts'
import { addCounters } from '../summed-counters.ts'
import { CounterBook } from '../userspace/counter-book.ts'

/** What workers had counted that have ended. */
export class EndedWorkers {
  readonly counters = new CounterBook()
  isEmpty = true

  add(of: CounterBook, snapshot: BalancerSnapshot | undefined): void {
    this.isEmpty = false
    for (const counters of of.listeners.values()) counters.active = 0
    for (const counters of of.targets.values()) counters.active = 0
    addCounters(this.counters.listeners, of.listeners)
    addCounters(this.counters.targets, of.targets)
    addCounters(this.counters.forgotten, of.forgotten)
    if (snapshot !== undefined) this.keep(snapshot)
  }

  /** Targets that are no longer registered count among the forgotten: nothing of an ended worker is in use. */
  keep({ targetGroups }: BalancerSnapshot): void {
    const registered = new Set(targetGroups.flatMap(({ targets }) => targets.map(({ key }) => key)))
    for (const key of this.counters.targets.keys()) if (!registered.has(key)) this.counters.forget(key)
  }
}
