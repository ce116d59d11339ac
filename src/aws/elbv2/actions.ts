import type { Action, TargetGroupTuple } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Snapshot } from '../../store/store.ts'
import { elbv2Limits } from './limits.ts'
import { refuse } from './refusal.ts'
import { targetGroupOf } from './resources.ts'

/** Group protocols that a listener's can forward to (NLB guide, "Listener configuration"). */
const groupProtocols: Readonly<Record<string, readonly string[]>> = {
  TCP: ['TCP', 'TCP_UDP'],
  TLS: ['TCP', 'TLS'],
  UDP: ['UDP', 'TCP_UDP'],
  TCP_UDP: ['TCP_UDP'],
}

/**
 * Default actions of a network load balancer's listener: one that forwards, to one group or to several with a weight each. Answered in the
 * form that AWS tells it in, whichever form was given: `TargetGroupArn` for a single group, and `ForwardConfig` always.
 */
export function forwardActions(snapshot: Snapshot, protocol: string, given: readonly Action[]): Action[] {
  const [action, ...more] = given
  if (action === undefined) throw refuse('ValidationError', 'A default action must be specified')
  if (more.length > 0) throw refuse('TooManyActions', 'A listener can have one default action')
  if (action.Type !== 'forward')
    throw refuse(
      'InvalidLoadBalancerAction',
      `Action type '${action.Type ?? ''}' is not supported on load balancers of type 'network'; it must be 'forward'`,
    )
  const tuples = tuplesOf(action)
  checkTuples(snapshot, protocol, tuples)
  const [only] = tuples
  const stickiness = action.ForwardConfig?.TargetGroupStickinessConfig
  return [
    {
      Type: 'forward',
      Order: 1,
      ...(tuples.length === 1 && only !== undefined ? { TargetGroupArn: only.TargetGroupArn } : {}),
      ForwardConfig: {
        TargetGroups: tuples,
        TargetGroupStickinessConfig: { Enabled: stickiness?.Enabled ?? false },
      },
    },
  ]
}

function tuplesOf({ TargetGroupArn, ForwardConfig }: Action): TargetGroupTuple[] {
  const tuples = ForwardConfig?.TargetGroups ?? []
  if (tuples.length === 0) {
    if (TargetGroupArn === undefined) throw refuse('ValidationError', 'A target group ARN must be specified')
    return [{ TargetGroupArn }]
  }
  if (TargetGroupArn !== undefined && (tuples.length > 1 || tuples[0]?.TargetGroupArn !== TargetGroupArn))
    throw refuse(
      'ValidationError',
      'You can only specify a target group ARN beside a forward configuration that has the same target group alone',
    )
  return tuples.map(({ TargetGroupArn: arn, Weight }) => ({
    TargetGroupArn: arn,
    ...(Weight === undefined ? {} : { Weight }),
  }))
}

function checkTuples(snapshot: Snapshot, protocol: string, tuples: readonly TargetGroupTuple[]): void {
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
  if (new Set(groups.map(({ Protocol }) => Protocol)).size > 1)
    throw refuse('InvalidConfigurationRequest', 'All target groups of an action must have the same protocol')
  if (tuples.length > 1)
    for (const { TargetGroupArn, Weight } of tuples)
      if (Weight === undefined)
        throw refuse('ValidationError', `A weight must be specified for target group '${TargetGroupArn}'`)
  const wrong = tuples.find(({ Weight = 0 }) => Weight < 0 || Weight > 999)
  if (wrong !== undefined)
    throw refuse('ValidationError', `Target group weight '${wrong.Weight}' must be between '0-999' inclusive`)
}
