import type { Action, TargetGroupTuple } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Snapshot } from '../../store/store.ts'
import type { ActionPlace } from './actions.ts'
import { elbv2Limits } from './limits.ts'
import { refuse } from './refusal.ts'
import { targetGroupOf } from './resources.ts'

/** Group protocols that a listener's can forward to (NLB guide, "Listener configuration"; ALB guide, "Routing configuration"). */
const groupProtocols: Readonly<Record<string, readonly string[]>> = {
  TCP: ['TCP', 'TCP_UDP'],
  TLS: ['TCP', 'TLS'],
  UDP: ['UDP', 'TCP_UDP'],
  TCP_UDP: ['TCP_UDP'],
  HTTP: ['HTTP', 'HTTPS'],
  HTTPS: ['HTTP', 'HTTPS'],
}

const stickySecondsMax = 604_800

/**
 * To one group or to several with a weight each. Told in AWS's form, whichever was given: `TargetGroupArn` for a single group, and
 * `ForwardConfig` always.
 */
export function forwardAction(snapshot: Snapshot, place: ActionPlace, action: Action): Partial<Action> {
  const tuples = tuplesOf(place, action)
  checkTuples(snapshot, place, tuples)
  const [only] = tuples
  return {
    ...(tuples.length === 1 && only !== undefined ? { TargetGroupArn: only.TargetGroupArn } : {}),
    ForwardConfig: { TargetGroups: tuples, TargetGroupStickinessConfig: stickinessOf(place, action) },
  }
}

/** Of a network load balancer a weight is told where one was given; an application load balancer's is 1 where none was. */
function tuplesOf({ type }: ActionPlace, { TargetGroupArn, ForwardConfig }: Action): TargetGroupTuple[] {
  const withWeight = (arn: string | undefined, weight: number | undefined): TargetGroupTuple => {
    const told = weight ?? (type === 'application' ? 1 : undefined)
    return { TargetGroupArn: arn, ...(told === undefined ? {} : { Weight: told }) }
  }
  const tuples = ForwardConfig?.TargetGroups ?? []
  if (tuples.length === 0) {
    if (TargetGroupArn === undefined) throw refuse('ValidationError', 'A target group ARN must be specified')
    return [withWeight(TargetGroupArn, undefined)]
  }
  if (TargetGroupArn !== undefined && (tuples.length > 1 || tuples[0]?.TargetGroupArn !== TargetGroupArn))
    throw refuse(
      'ValidationError',
      'You can only specify a target group ARN beside a forward configuration that has the same target group alone',
    )
  return tuples.map(({ TargetGroupArn: arn, Weight }) => withWeight(arn, Weight))
}

function checkTuples(
  snapshot: Snapshot,
  { type, protocol }: ActionPlace,
  tuples: readonly TargetGroupTuple[],
): void {
  if (tuples.length > elbv2Limits.targetGroupsPerAction)
    throw refuse(
      'TooManyTargetGroups',
      `An action can have ${elbv2Limits.targetGroupsPerAction} target groups`,
    )
  const arns = tuples.map(({ TargetGroupArn }) => TargetGroupArn ?? '')
  if (new Set(arns).size < arns.length)
    throw refuse('ValidationError', 'A target group was specified more than once in an action')
  const groups = arns.map(arn => targetGroupOf(snapshot, arn).value.TargetGroup)
  for (const { TargetGroupArn, Protocol } of groups)
    if (!(groupProtocols[protocol] ?? []).includes(Protocol))
      throw refuse(
        'IncompatibleProtocols',
        `The listener and its associated target group '${TargetGroupArn}' have incompatible protocols: '${protocol}' and '${Protocol}'`,
      )
  if (type === 'network' && new Set(groups.map(({ Protocol }) => Protocol)).size > 1)
    throw refuse('InvalidConfigurationRequest', 'All target groups of an action must have the same protocol')
  if (tuples.length > 1)
    for (const { TargetGroupArn, Weight } of tuples)
      if (Weight === undefined)
        throw refuse('ValidationError', `A weight must be specified for target group '${TargetGroupArn}'`)
  const wrong = tuples.find(({ Weight = 0 }) => Weight < 0 || Weight > 999)
  if (wrong !== undefined)
    throw refuse('ValidationError', `Target group weight '${wrong.Weight}' must be between '0-999' inclusive`)
}

/** Requests keep their group by a cookie, which has a life; flows by their source address, which has none. */
function stickinessOf({ type }: ActionPlace, { ForwardConfig }: Action) {
  const { Enabled = false, DurationSeconds } = ForwardConfig?.TargetGroupStickinessConfig ?? {}
  if (type === 'network') {
    if (DurationSeconds !== undefined)
      throw refuse(
        'InvalidLoadBalancerAction',
        "Target group stickiness has no duration on load balancers of type 'network'",
      )
    return { Enabled }
  }
  if (Enabled && DurationSeconds === undefined)
    throw refuse('ValidationError', 'A duration must be specified to enable target group stickiness')
  if (DurationSeconds !== undefined && (DurationSeconds < 1 || DurationSeconds > stickySecondsMax))
    throw refuse(
      'ValidationError',
      `Target group stickiness duration '${DurationSeconds}' must be between '1-${stickySecondsMax}' inclusive`,
    )
  return { Enabled, ...(DurationSeconds === undefined ? {} : { DurationSeconds }) }
}
