import type { InstanceStateChange } from '@aws-sdk/client-ec2'
import type { InstanceStateName } from '../../instances/instance-state.ts'
import { type InstanceDocument, instanceKey } from '../../resources/instances.ts'
import type { Change, Snapshot } from '../../store/store.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { OperationContext } from '../operation.ts'
import { instanceOf, shownState, stateOf } from './instance.ts'

export interface ChangedInstance {
  readonly document: InstanceDocument
  /** What else changes with it. */
  readonly changes?: readonly Change[]
}

/** All of them or none. `change` throws to refuse, and gives undefined where there is nothing to do. */
export async function changeInstances(
  { store }: OperationContext,
  ids: readonly string[],
  change: (
    document: InstanceDocument,
    state: InstanceStateName,
    snapshot: Snapshot,
  ) => ChangedInstance | undefined,
): Promise<InstanceStateChange[]> {
  const { answer } = await commitPlanned(store, snapshot => {
    const changed = [...new Set(ids)].map(id => {
      const before = instanceOf(snapshot, id)
      const state = stateOf(snapshot, before)
      return { id, state, after: change(before, state, snapshot) }
    })
    return {
      changes: changed.flatMap(({ id, after }) =>
        after === undefined
          ? []
          : [{ key: instanceKey(id), value: after.document }, ...(after.changes ?? [])],
      ),
      answer: changed.map(({ id, state }) => ({ id, state })),
    }
  })
  const now = store.read()
  return answer.map(({ id, state }) => ({
    InstanceId: id,
    PreviousState: shownState(state),
    CurrentState: shownState(stateOf(now, instanceOf(now, id))),
  }))
}
