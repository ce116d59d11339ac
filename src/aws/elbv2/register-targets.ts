import type { RegisterTargetsInput, RegisterTargetsOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { instanceKey } from '../../resources/instances.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { elbv2Limits } from './limits.ts'
import { refuse } from './refusal.ts'
import { targetGroupOf, targetsOf } from './resources.ts'
import { newTargets } from './targets.ts'

/** A target that drains serves again. Answers as soon as it is stored: what the balancers see of it, DescribeTargetHealth tells. */
export const registerTargets: Operation<RegisterTargetsInput, RegisterTargetsOutput> = async (
  { TargetGroupArn, Targets },
  { store },
) => {
  await commitPlanned(store, snapshot => {
    const { key, value } = targetGroupOf(snapshot, TargetGroupArn)
    const targets = newTargets(snapshot, value.TargetGroup, Targets)
    const present = new Set(targetsOf(snapshot, value.TargetGroup.TargetGroupName).map(one => one.key))
    for (const one of targets.keys()) present.add(one)
    if (present.size > elbv2Limits.targetsPerTargetGroup)
      throw refuse('TooManyTargets', `A target group can have ${elbv2Limits.targetsPerTargetGroup} targets`)
    const instances = [...targets.values()].map(({ Target }) => instanceKey(Target.Id))
    return {
      changes: [...targets].map(([targetKey, target]) => ({ key: targetKey, value: target })),
      // The group must not go, nor an instance be terminated, meanwhile.
      unchanged: [key, ...(value.TargetGroup.TargetType === 'ip' ? [] : new Set(instances))],
      answer: undefined,
    }
  })
  return {}
}
