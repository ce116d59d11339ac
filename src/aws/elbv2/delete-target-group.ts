import type {
  DeleteTargetGroupInput,
  DeleteTargetGroupOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { type TargetGroupDocument, targetGroupKey } from '../../resources/load-balancing.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { parseArn } from './arns.ts'
import { refuse } from './refusal.ts'
import { targetsOf } from './resources.ts'
import { tagsGone } from './tags.ts'

/** One that is not there counts as deleted. Its targets go with it. */
export const deleteTargetGroup: Operation<DeleteTargetGroupInput, DeleteTargetGroupOutput> = async (
  { TargetGroupArn },
  { store },
) => {
  const parsed = parseArn(TargetGroupArn)
  if (parsed?.kind !== 'targetgroup')
    throw refuse('ValidationError', `'${TargetGroupArn}' is not a valid target group ARN`)
  await commitPlanned(store, snapshot => {
    const key = targetGroupKey(parsed.name)
    const group = snapshot.get<TargetGroupDocument>(key)?.value.TargetGroup
    if (group?.TargetGroupArn !== TargetGroupArn) return { changes: [], answer: undefined }
    if (group.LoadBalancerArns.length > 0)
      throw refuse(
        'ResourceInUse',
        `Target group '${TargetGroupArn}' is currently in use by a listener or a rule`,
      )
    const gone = [key, ...targetsOf(snapshot, parsed.name).map(target => target.key)]
    return {
      changes: [...gone.map(one => ({ key: one, value: undefined })), ...tagsGone(snapshot, TargetGroupArn)],
      answer: undefined,
    }
  })
  return {}
}
