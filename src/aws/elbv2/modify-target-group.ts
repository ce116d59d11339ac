import type {
  ModifyTargetGroupInput,
  ModifyTargetGroupOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { TargetGroupDocument } from '../../resources/load-balancing.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { healthCheckFields } from './health-check.ts'
import { targetGroupOf } from './resources.ts'

export const modifyTargetGroup: Operation<ModifyTargetGroupInput, ModifyTargetGroupOutput> = async (
  input,
  { store },
) => {
  const { answer } = await commitPlanned(store, snapshot => {
    const { key, value } = targetGroupOf(snapshot, input.TargetGroupArn)
    const { HealthCheckPath: _, Matcher: __, ...kept } = value.TargetGroup
    const TargetGroup: TargetGroupDocument['TargetGroup'] = {
      ...kept,
      ...healthCheckFields(input, value.TargetGroup.Protocol, value.TargetGroup),
    }
    return { changes: [{ key, value: { ...value, TargetGroup } }], answer: TargetGroup }
  })
  return { TargetGroups: [answer] }
}
