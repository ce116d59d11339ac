import type { FlowEnd } from '../engine.ts'
import type { ListenerSnapshot } from '../selection/balancer-snapshot.ts'
import type { Flow } from './flow.ts'

/** Established flows, by target. */
export class FlowTable {
  readonly #byTarget = new Map<string, Set<Flow>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(flow: Flow): void {
    const { key } = flow.target
    const flows = this.#byTarget.get(key)
    if (flows === undefined) this.#byTarget.set(key, new Set([flow]))
    else flows.add(flow)
    this.#size++
  }

  /** False when it was not there. */
  remove(flow: Flow): boolean {
    const flows = this.#byTarget.get(flow.target.key)
    if (flows?.delete(flow) !== true) return false
    if (flows.size === 0) this.#byTarget.delete(flow.target.key)
    this.#size--
    flow.countBytes()
    return true
  }

  isInUse(key: string): boolean {
    return this.#byTarget.has(key)
  }

  ofTarget(key: string): readonly Flow[] {
    return [...(this.#byTarget.get(key) ?? [])]
  }

  endAll(why: FlowEnd): void {
    for (const key of this.#byTarget.keys()) for (const flow of this.ofTarget(key)) flow.end(why)
  }

  /** Brings the byte counters up to date and expires what has stood still for its idle timeout. */
  sweep(nowMs: number, listener: (port: number) => ListenerSnapshot | undefined): void {
    for (const key of this.#byTarget.keys()) {
      for (const flow of this.#byTarget.get(key) ?? []) {
        if (flow.countBytes()) flow.activeAt = nowMs
        else if (nowMs - flow.activeAt >= flow.idleTimeoutMs(listener(flow.port))) flow.expire()
      }
    }
  }
}
