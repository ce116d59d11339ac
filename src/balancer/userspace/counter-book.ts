import type { ListenerCounters, TargetCounters } from '../engine.ts'

/** What is counted of listeners and targets. A counter is made when it is first asked for. */
export class CounterBook {
  readonly listeners = new Map<number, ListenerCounters>()
  readonly targets = new Map<string, TargetCounters>()
  readonly forgotten = new Map<string, TargetCounters>()

  listener(port: number): ListenerCounters {
    const found = this.listeners.get(port)
    if (found !== undefined) return found
    const made: ListenerCounters = {
      active: 0,
      accepted: 0,
      rejected: 0,
      failed: 0,
      blocked: 0,
      tlsFailed: 0,
      udpActive: 0,
      udpAccepted: 0,
      udpBlocked: 0,
    }
    this.listeners.set(port, made)
    return made
  }

  target(key: string): TargetCounters {
    const found = this.targets.get(key)
    if (found !== undefined) return found
    const made = noneOfTarget()
    this.targets.set(key, made)
    return made
  }

  /** A target that is neither registered nor in use: its counts go to those of its group. */
  forget(key: string): void {
    const found = this.targets.get(key)
    if (found === undefined) return
    this.targets.delete(key)
    const group = key.slice(0, key.indexOf('/') + 1)
    const sums = this.forgotten.get(group) ?? noneOfTarget()
    for (const name of Object.keys(sums) as (keyof TargetCounters)[]) sums[name] += found[name]
    this.forgotten.set(group, sums)
  }
}

const noneOfTarget = (): TargetCounters => ({
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
