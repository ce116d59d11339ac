import type { TargetHealthReasonEnum, TargetHealthStateEnum } from '@aws-sdk/client-elastic-load-balancing-v2'
import { unreachable } from '../../base/assert.ts'
import { healthOf, type Verdict } from '../../health/verdict.ts'
import type { TargetGroupSnapshot, TargetSnapshot } from './balancer-snapshot.ts'

/** A target in the words of DescribeTargetHealth. Reason and description are absent exactly when it is healthy. */
export interface TargetState {
  readonly state: TargetHealthStateEnum
  readonly reason?: TargetHealthReasonEnum
  readonly description?: string
}

/** By target key. A target that is not in it has not been looked at yet. */
export type TargetStates = ReadonlyMap<string, TargetState>

const healthy: TargetState = { state: 'healthy' }
const draining: TargetState = {
  state: 'draining',
  reason: 'Target.DeregistrationInProgress',
  description: 'Target deregistration is in progress',
}
const registering: TargetState = {
  state: 'initial',
  reason: 'Elb.RegistrationInProgress',
  description: 'Target registration is in progress',
}
const initial: TargetState = {
  state: 'initial',
  reason: 'Elb.InitialHealthChecking',
  description: 'Initial health checks in progress',
}
const unhealthy: TargetState = {
  state: 'unhealthy',
  reason: 'Target.FailedHealthChecks',
  description: 'Health checks failed',
}
const unhealthyDraining: TargetState = { ...unhealthy, state: 'unhealthy.draining' }

/**
 * AWS's states, the first row that holds (facts of the NLB guide, "Target health status"):
 *
 * | condition                                             | state              | new flows               | its flows      |
 * |-------------------------------------------------------|--------------------|-------------------------|----------------|
 * | deregistered                                          | draining           | none                    | go on          |
 * | in no listener, zone not enabled, stopped, gone       | unused             | none                    | go on          |
 * | never probed                                          | initial            | when nobody is healthy  | go on          |
 * | the supervisor ends it in good order                  | unhealthy.draining | when nobody is healthy  | go on          |
 * | failed, connection termination off, draining interval | unhealthy.draining | when nobody is healthy  | go on          |
 * | failed                                                | unhealthy          | when nobody is healthy  | reset, if termination is on and somebody else is healthy |
 * | passed                                                | healthy            | yes                     | go on          |
 */
export function targetState(
  group: TargetGroupSnapshot,
  target: TargetSnapshot,
  verdict: Verdict | undefined,
  nowMs: number,
): TargetState {
  if (target.deregistering) return draining
  if (target.unusable !== undefined) return target.unusable
  if (verdict === undefined) return registering
  if (verdict.forced === 'stopping') return unhealthyDraining
  const health = healthOf(verdict)
  switch (health) {
    case 'initial':
      return initial
    case 'healthy':
      return healthy
    case 'unhealthy': {
      const isGrace = !group.resetsWhenUnhealthy && nowMs - verdict.sinceMs < group.unhealthyDrainingMs
      return isGrace ? unhealthyDraining : unhealthy
    }
    default:
      return unreachable(health)
  }
}
