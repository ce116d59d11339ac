import type { ListenerCounters, TargetCounters } from '../engine.ts'
import { newListenerCounters, newTargetCounters } from '../new-counters.ts'
import { addCounters } from '../summed-counters.ts'

/** What is counted of listeners and targets. A counter is made when it is first asked for. */
export class CounterBook {
  readonly listeners = new Map<number, ListenerCounters>()
  readonly targets = new Map<string, TargetCounters>()
  readonly forgotten = new Map<string, TargetCounters>()

  listener(port: number): ListenerCounters {
    const found = this.listeners.get(port)
    if (found !== undefined) return found
    const made = newListenerCounters()
    this.listeners.set(port, made)
    return made
  }

  target(key: string): TargetCounters {
    const found = this.targets.get(key)
    if (found !== undefined) return found
    const made = newTargetCounters()
    this.targets.set(key, made)
    return made
  }

  /** A target that is neither registered nor in use: its counts go to those of its group. */
  forget(key: string): void {
    const found = this.targets.get(key)
    if (found === undefined) return
    this.targets.delete(key)
    const group = key.slice(0, key.indexOf('/') + 1)
    addCounters(this.forgotten, new Map([[group, found]]))
  }
}
