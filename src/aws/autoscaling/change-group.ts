import { type ScalingGroupDocument, scalingGroupKey } from '../../resources/scaling.ts'
import type { Snapshot } from '../../store/store.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { OperationContext } from '../operation.ts'
import { scalingGroupOf } from './group.ts'

/** `change` throws to refuse. */
export async function changeGroup(
  { store }: OperationContext,
  name: string,
  change: (group: ScalingGroupDocument, snapshot: Snapshot) => ScalingGroupDocument,
): Promise<void> {
  await commitPlanned(store, snapshot => {
    const value = change(scalingGroupOf(snapshot, name), snapshot)
    return { changes: [{ key: scalingGroupKey(name), value }], answer: undefined }
  })
}
