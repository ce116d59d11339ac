import type { PolicyARNType, PutScalingPolicyType } from '@aws-sdk/client-auto-scaling'
import { runningQueriesMetric } from '../../resources/scaling.ts'
import type { Checked, Operation } from '../operation.ts'
import { changeGroup } from './change-group.ts'
import { refuse } from './refuse.ts'

/** Target tracking on the running queries of a member: the customized metric RunningQueries of the namespace Everport. */
export const putScalingPolicy: Operation<PutScalingPolicyType, PolicyARNType> = async (input, context) => {
  const { AutoScalingGroupName: name, PolicyName } = input
  const { TargetValue, DisableScaleIn } = trackingOf(input)
  const { region, accountId } = context
  const PolicyARN = `arn:aws:autoscaling:${region}:${accountId}:scalingPolicy::autoScalingGroupName/${name}:policyName/${PolicyName}`
  await changeGroup(context, name, group => {
    if (group.Policy !== undefined && group.Policy.PolicyName !== PolicyName)
      throw refuse(
        'LimitExceeded',
        `The group has the policy ${group.Policy.PolicyName} already, and there is one metric to track`,
      )
    return {
      ...group,
      Policy: { PolicyName, PolicyARN, TargetValue, DisableScaleIn: DisableScaleIn === true },
    }
  })
  return { PolicyARN, Alarms: [] }
}

function trackingOf({ PolicyType, TargetTrackingConfiguration: tracking }: Checked<PutScalingPolicyType>) {
  if (PolicyType !== 'TargetTrackingScaling' || tracking === undefined)
    throw refuse('ValidationError', 'Only policies of type TargetTrackingScaling are supported.')
  const { MetricName, Namespace, Statistic = 'Average' } = tracking.CustomizedMetricSpecification ?? {}
  if (
    MetricName !== runningQueriesMetric.MetricName ||
    Namespace !== runningQueriesMetric.Namespace ||
    Statistic !== 'Average'
  )
    throw refuse(
      'ValidationError',
      `The metric to track is the average of ${runningQueriesMetric.MetricName} in the namespace ${runningQueriesMetric.Namespace}, as CustomizedMetricSpecification.`,
    )
  const { TargetValue = 0, DisableScaleIn } = tracking
  if (!(TargetValue > 0)) throw refuse('ValidationError', `TargetValue ${TargetValue} must be greater than 0`)
  return { TargetValue, DisableScaleIn }
}
