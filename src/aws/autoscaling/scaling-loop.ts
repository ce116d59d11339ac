import { type ScalingGroupDocument, scalingActivityPrefix, scalingGroupKey } from '../../resources/scaling.ts'
import type { OperationContext } from '../operation.ts'
import { carryOut, recordActivity } from './carry-out.ts'
import { allScalingGroups, membersOf } from './group.ts'
import { groupView } from './group-view.ts'
import { emptyMemory, nextScaling, type ScalingAction, type ScalingMemory } from './next-scaling.ts'

/** After a launch that failed. */
const launchRetryMs = 30_000

/** Every Auto Scaling group of the store, decided and carried out a step at a time. */
export interface ScalingLoop {
  /** Never rejects: what failed is in the activities, and tried again. */
  step(): Promise<void>
}

export function scalingLoop(context: OperationContext): ScalingLoop {
  const memories = new Map<string, ScalingMemory>()
  const { store, dataPlanes, wallMs, log } = context

  const remember = (group: string, memory: ScalingMemory): void => void memories.set(group, memory)
  const act = async (action: ScalingAction, group: ScalingGroupDocument): Promise<void> => {
    const { AutoScalingGroupName: name } = group
    try {
      await carryOut(action, group, context)
      log.info('scaling', { group: name, ...action })
      if (action.do !== 'register') await recordActivity(action, name, context)
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error)
      log.warn('scaling failed', { group: name, ...action, failure })
      if (action.do === 'launch')
        remember(name, {
          ...(memories.get(name) ?? emptyMemory),
          launchNotBeforeMs: wallMs() + launchRetryMs,
        })
      await recordActivity(action, name, context, failure)
    }
  }
  const stepOf = async (group: ScalingGroupDocument): Promise<void> => {
    const { AutoScalingGroupName: name } = group
    const snapshot = store.read()
    if (group.IsDeleting && membersOf(snapshot, name).length === 0) {
      const keys = [
        scalingGroupKey(name),
        ...snapshot.list(scalingActivityPrefix(name)).map(({ key }) => key),
      ]
      await store.commit(
        [],
        keys.map(key => ({ key, value: undefined })),
      )
      return
    }
    const nowMs = wallMs()
    const view = groupView(snapshot, group, dataPlanes.isAlive, nowMs)
    const [memory, actions] = nextScaling(view, memories.get(name) ?? emptyMemory, nowMs)
    remember(name, memory)
    for (const action of actions) await act(action, group)
  }

  return {
    async step() {
      for (const group of allScalingGroups(store.read())) {
        try {
          await stepOf(group)
        } catch (error) {
          log.error('scaling group not looked after', {
            group: group.AutoScalingGroupName,
            error: String(error),
          })
        }
      }
    },
  }
}
