import type { Cancel } from '../../base/clock.ts'
import type { FlowEnd } from '../engine.ts'
import type { TargetGroupSnapshot } from '../selection/balancer-snapshot.ts'
import type { Routing } from '../selection/routing.ts'
import type { Flow } from './flow.ts'
import { PacedEnds } from './paced-ends.ts'
import type { UserspaceContext } from './userspace-context.ts'

/**
 * AWS closes the flows of a group that lost its weight "after a short period of time" (NLB guide, "Weighted target groups"): as long as
 * this.
 */
export const weightlessMs = 30_000

/** Ends flows on account of their targets: unhealthy, drained, or in a group without weight. */
export class TargetEnds {
  readonly #context: UserspaceContext
  readonly #paced: PacedEnds
  /** By target key: when its deregistration delay is over. */
  readonly #drains = new Map<string, Cancel>()
  /** By listener port and target group. */
  readonly #weightless = new Map<string, Cancel>()
  /** Why a paced end runs. */
  readonly #reasons = new Map<string, FlowEnd>()

  constructor(context: UserspaceContext) {
    this.#context = context
    this.#paced = new PacedEnds(context.clock)
  }

  apply(before: Routing | undefined, now: Routing): void {
    for (const [key, group] of now.targets) this.#applyHealth(now, key, group)
    if (before?.snapshot === now.snapshot) return
    this.#applyRegistrations(before, now)
    this.#applyWeights(now)
  }

  close(): void {
    this.#paced.close()
    for (const cancel of [...this.#drains.values(), ...this.#weightless.values()]) cancel()
  }

  #applyHealth(now: Routing, key: string, group: TargetGroupSnapshot): void {
    const isRunning = this.#paced.isRunning(key) && this.#reasons.get(key) === 'target failed'
    if (now.mustReset(key)) {
      if (!isRunning && this.#context.flows.isInUse(key)) this.#end(key, group, 'target failed')
    } else if (isRunning) this.#paced.cancel(key)
  }

  /** Flows of a deregistered target go on for good, unless the target group says that they end with the delay. */
  #applyRegistrations(before: Routing | undefined, now: Routing): void {
    const { clock } = this.#context
    for (const group of now.snapshot.targetGroups) {
      for (const { key, deregistering } of group.targets) {
        if (!deregistering || !group.resetsAfterDeregistration) this.#cancelDrain(key)
        else if (!this.#drains.has(key)) {
          const end = (): void => this.#end(key, group, 'drained')
          this.#drains.set(key, clock.after(group.deregistrationDelayMs, end))
        }
      }
    }
    for (const [key, group] of before?.targets ?? []) {
      if (now.targets.has(key)) continue
      this.#cancelDrain(key)
      if (group.resetsAfterDeregistration) this.#end(key, group, 'drained')
      this.#context.forget(key)
      if (!this.#paced.isRunning(key)) this.#reasons.delete(key)
    }
  }

  #cancelDrain(key: string): void {
    this.#drains.get(key)?.()
    this.#drains.delete(key)
    if (this.#reasons.get(key) === 'drained') this.#paced.cancel(key)
  }

  #applyWeights(now: Routing): void {
    const { clock, flows } = this.#context
    const weightless = new Map<string, () => void>()
    for (const { port, forward } of now.snapshot.listeners) {
      for (const { targetGroup, weight } of forward) {
        const group = now.snapshot.targetGroups.find(candidate => candidate.name === targetGroup)
        if (weight > 0 || group === undefined) continue
        const own = (flow: Flow): boolean => flow.port === port && flow.group === targetGroup
        weightless.set(`${port} ${targetGroup}`, () => {
          for (const { key } of group.targets)
            for (const flow of flows.ofTarget(key).filter(own)) flow.end('drained')
        })
      }
    }
    for (const [name, cancel] of this.#weightless) {
      if (weightless.has(name)) continue
      cancel()
      this.#weightless.delete(name)
    }
    for (const [name, end] of weightless)
      if (!this.#weightless.has(name)) this.#weightless.set(name, clock.after(weightlessMs, end))
  }

  #end(key: string, group: TargetGroupSnapshot, why: FlowEnd): void {
    const { flows, log } = this.#context
    const count = flows.ofTarget(key).length
    if (count === 0) return
    log.info('flows reset', {
      target: key,
      count,
      reason: why === 'drained' ? 'deregistration delay is over' : 'target is unhealthy',
      ...(group.resetsPerSecond === undefined ? {} : { perSecond: group.resetsPerSecond }),
    })
    this.#reasons.set(key, why)
    this.#paced.start(key, why, group.resetsPerSecond, () => flows.ofTarget(key))
  }
}
