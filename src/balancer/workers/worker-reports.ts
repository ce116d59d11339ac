import type { Clock } from '../../base/clock.ts'
import type { EngineCounters, EngineEvents, FlowEnd, FlowRecord } from '../engine.ts'
import { flowLinesPerSecondMax } from '../flow-log.ts'
import type { BalancerSnapshot } from '../selection/balancer-snapshot.ts'
import type { ConnectFailure, Report } from './messages.ts'
import { ticksPerSecond, workerLimits } from './worker-limits.ts'

/**
 * What a worker has to tell: evidence against a target at once, flows and counters when it is asked. As many flows are told as the log takes
 * lines, of the others how many and why they ended: a flood of connections is no flood of messages.
 */
export class WorkerReports implements EngineEvents {
  readonly #clock: Clock
  readonly #evidence: (target: string, reason: ConnectFailure) => void
  readonly #toldAt = new Map<string, number>()
  readonly #listeners = new Map<number, string>()
  readonly #targets = new Map<string, string>()
  readonly #forgotten = new Map<string, string>()
  #flowsMax = 0
  #isTold = false
  #flows: FlowRecord[] = []
  #untold = new Map<FlowEnd, number>()

  constructor(clock: Clock, evidence: (target: string, reason: ConnectFailure) => void) {
    this.#clock = clock
    this.#evidence = evidence
  }

  apply({ flowLog }: BalancerSnapshot): void {
    this.#isTold = flowLog !== 'off'
    this.#flowsMax = flowLinesPerSecondMax[flowLog] / ticksPerSecond
  }

  /** The same again within a moment says nothing new. */
  connectFailed(target: string, reason: ConnectFailure): void {
    const name = `${reason} ${target}`
    const now = this.#clock.now()
    if (now - (this.#toldAt.get(name) ?? -Infinity) < workerLimits.evidenceMs) return
    this.#toldAt.set(name, now)
    this.#evidence(target, reason)
  }

  flowEnded(flow: FlowRecord): void {
    if (!this.#isTold) return
    if (this.#flows.length < this.#flowsMax) this.#flows.push(told(flow))
    else this.#untold.set(flow.end, (this.#untold.get(flow.end) ?? 0) + 1)
  }

  /** What is new since the last one. */
  report(counters: EngineCounters, connections: number, busyShare: number): Report {
    const [flows, untold] = [this.#flows, [...this.#untold]]
    this.#flows = []
    this.#untold = new Map()
    this.#toldAt.clear()
    return {
      connections,
      busyShare,
      listeners: changed(this.#listeners, counters.listeners),
      targets: changed(this.#targets, counters.targets),
      forgotten: changed(this.#forgotten, counters.forgotten ?? new Map()),
      gone: gone(this.#targets, counters.targets),
      flows,
      untold,
    }
  }
}

/** A target's snapshot has more than is told. */
function told(flow: FlowRecord): FlowRecord {
  if (flow.target === undefined) return flow
  const { key, address, port } = flow.target
  return { ...flow, target: { key, address, port } }
}

function changed<K, C extends object>(known: Map<K, string>, now: ReadonlyMap<K, C>): [K, C][] {
  const entries: [K, C][] = []
  for (const [key, counters] of now) {
    const text = Object.values(counters).join()
    if (known.get(key) === text) continue
    known.set(key, text)
    entries.push([key, counters])
  }
  return entries
}

function gone<K>(known: Map<K, string>, now: ReadonlyMap<K, object>): K[] {
  const keys = [...known.keys()].filter(key => !now.has(key))
  for (const key of keys) known.delete(key)
  return keys
}
