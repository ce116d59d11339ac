import type { DescribePoliciesType, PoliciesType } from '@aws-sdk/client-auto-scaling'
import { runningQueriesMetric } from '../../resources/scaling.ts'
import type { Operation } from '../operation.ts'
import { allScalingGroups } from './group.ts'
import { pageOf } from './page.ts'

export const describePolicies: Operation<DescribePoliciesType, PoliciesType> = async (input, { store }) => {
  const { AutoScalingGroupName: group, PolicyNames: names = [], PolicyTypes: types = [] } = input
  const all = allScalingGroups(store.read())
    .filter(({ AutoScalingGroupName }) => group === undefined || AutoScalingGroupName === group)
    .flatMap(({ AutoScalingGroupName, Policy }) =>
      Policy === undefined ? [] : [{ AutoScalingGroupName, ...Policy }],
    )
    .filter(
      ({ PolicyName, PolicyARN }) =>
        names.length === 0 || names.includes(PolicyName) || names.includes(PolicyARN),
    )
  const asked = types.length === 0 || types.includes('TargetTrackingScaling') ? all : []
  const { items, next } = pageOf(asked, ({ PolicyARN }) => PolicyARN, input)
  return {
    ScalingPolicies: items.map(({ TargetValue, DisableScaleIn, ...shown }) => ({
      ...shown,
      PolicyType: 'TargetTrackingScaling',
      StepAdjustments: [],
      Alarms: [],
      Enabled: true,
      TargetTrackingConfiguration: {
        CustomizedMetricSpecification: { ...runningQueriesMetric, Statistic: 'Average' as const },
        TargetValue,
        DisableScaleIn,
      },
    })),
    ...next,
  }
}
