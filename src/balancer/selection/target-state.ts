import { unreachable } from '../../base/assert.ts'
import { healthOf, type Verdict } from '../../health/verdict.ts'
import { type HealthWords, healthWords } from '../../resources/health-words.ts'
import type { TargetGroupSnapshot, TargetSnapshot } from './balancer-snapshot.ts'

/** How a target is, and what a new flow may count on. */
export interface TargetState extends HealthWords {
  /** While a target starts slowly, how much of its share it gets: 10, 20 … 90. Absent: all of it. */
  readonly sharePercent?: number
}

/** By target key. A target that is not in it has not been looked at yet. */
export type TargetStates = ReadonlyMap<string, TargetState>

const { healthy, draining, registering, initial, unhealthy, unhealthyDraining, unavailable } = healthWords
const slowStartSteps = 10

/** What a balancer knows of one target, beside the documents. */
export interface TargetKnowledge {
  /** Undefined before the first look at it. */
  readonly verdict: Verdict | undefined
  /** The balancer has found that its own checks cannot be trusted now. */
  readonly isCheckerSick: boolean
  readonly nowMs: number
}

/**
 * AWS's states, the first row that holds (facts of the NLB guide, "Target health status"):
 *
 * | condition                                             | state              | new flows               | its flows      |
 * |-------------------------------------------------------|--------------------|-------------------------|----------------|
 * | deregistered                                          | draining           | none                    | go on          |
 * | in no listener, zone not enabled, stopped, gone       | unused             | none                    | go on          |
 * | outbound rules of security groups forbid it           | unhealthy          | none                    | as of one that failed |
 * | no verdict, and the balancer's own checks are broken  | unavailable        | when nobody is healthy  | go on          |
 * | never probed                                          | initial            | when nobody is healthy  | go on          |
 * | the supervisor ends it in good order                  | unhealthy.draining | when nobody is healthy  | go on          |
 * | failed, connection termination off, draining interval | unhealthy.draining | when nobody is healthy  | go on          |
 * | failed                                                | unhealthy          | when nobody is healthy  | reset, if termination is on and somebody else is healthy |
 * | passed                                                | healthy            | yes, at first fewer with slow start | go on |
 */
export function targetState(
  group: TargetGroupSnapshot,
  target: TargetSnapshot,
  { verdict, isCheckerSick, nowMs }: TargetKnowledge,
): TargetState {
  if (target.deregistering) return draining
  if (target.unusable !== undefined) return target.unusable
  if (verdict === undefined) return isCheckerSick ? unavailable : registering
  if (verdict.forced === 'stopping') return unhealthyDraining
  const health = healthOf(verdict)
  switch (health) {
    case 'initial':
      return isCheckerSick ? unavailable : initial
    case 'healthy':
      return starting(group, nowMs - verdict.sinceMs)
    case 'unhealthy': {
      const isGrace = !group.resetsWhenUnhealthy && nowMs - verdict.sinceMs < group.unhealthyDrainingMs
      return isGrace ? unhealthyDraining : unhealthy
    }
    default:
      return unreachable(health)
  }
}

/** Slow start in steps: a table is made anew for each, and ten are smooth enough. */
function starting({ slowStartMs }: TargetGroupSnapshot, healthyForMs: number): TargetState {
  if (healthyForMs >= slowStartMs) return healthy
  const step = 1 + Math.floor((healthyForMs / slowStartMs) * slowStartSteps)
  return step >= slowStartSteps ? healthy : { ...healthy, sharePercent: (step * 100) / slowStartSteps }
}

/** When the state of a target next changes by time alone; undefined when it does not. */
export function stateChangesAt(
  group: TargetGroupSnapshot,
  verdict: Verdict | undefined,
  nowMs: number,
): number | undefined {
  if (verdict === undefined) return undefined
  const health = healthOf(verdict)
  const { sinceMs } = verdict
  if (health === 'unhealthy' && !group.resetsWhenUnhealthy) {
    const endsAt = sinceMs + group.unhealthyDrainingMs
    return endsAt > nowMs ? endsAt : undefined
  }
  if (health !== 'healthy' || nowMs - sinceMs >= group.slowStartMs) return undefined
  const stepMs = group.slowStartMs / slowStartSteps
  return sinceMs + stepMs * (1 + Math.floor((nowMs - sinceMs) / stepMs))
}
