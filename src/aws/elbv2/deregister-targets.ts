import type {
  DeregisterTargetsInput,
  DeregisterTargetsOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { TargetDocument } from '../../resources/load-balancing.ts'
import type { Change } from '../../store/store.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { targetGroupOf } from './resources.ts'
import { keyOfTarget } from './targets.ts'

/**
 * From when this answers, no balancer that lives sends the targets new connections. Those that are there go on for the group's deregistration
 * delay (finish-deregistrations.ts). A target that is not registered counts as deregistered.
 */
export const deregisterTargets: Operation<DeregisterTargetsInput, DeregisterTargetsOutput> = async (
  { TargetGroupArn, Targets },
  { store, wallMs, dataPlanes },
) => {
  const { revision } = await commitPlanned(store, snapshot => {
    const { TargetGroup: group } = targetGroupOf(snapshot, TargetGroupArn).value
    const DeregisteredAt = new Date(wallMs()).toISOString()
    const keys = new Set(Targets.map(target => keyOfTarget(group, target)))
    const changes = [...keys].flatMap((key): Change[] => {
      const target = snapshot.get<TargetDocument>(key)?.value
      if (target === undefined || target.DeregisteredAt !== undefined) return []
      // Nobody sends it anything: there is nothing to wait for.
      if (group.LoadBalancerArns.length === 0) return [{ key, value: undefined }]
      return [{ key, value: { ...target, DeregisteredAt } }]
    })
    return { changes, answer: undefined }
  })
  await dataPlanes.whenApplied(revision, 'balancer')
  return {}
}
