import { type InstanceDocument, instanceKey } from '../../resources/instances.ts'
import type { ScalingMembership } from '../../resources/scaling.ts'
import { commitPlanned } from '../commit-planned.ts'
import { instanceOf } from '../ec2/instance.ts'
import type { OperationContext } from '../operation.ts'
import { refuse } from './refuse.ts'

/** An instance must be in a group for this. */
export async function changeMembers(
  { store }: OperationContext,
  ids: readonly string[],
  change: (before: ScalingMembership) => ScalingMembership,
): Promise<InstanceDocument[]> {
  const { answer } = await commitPlanned(store, snapshot => {
    const changed = ids.map(id => {
      const document = instanceOf(snapshot, id)
      if (document.Scaling === undefined)
        throw refuse(
          'ValidationError',
          `Instance Id not found - No managed instance found for instance ID ${id}`,
        )
      return { ...document, Scaling: change(document.Scaling) }
    })
    return {
      changes: changed.map(document => ({ key: instanceKey(document.Instance.InstanceId), value: document })),
      answer: changed,
    }
  })
  return answer
}
