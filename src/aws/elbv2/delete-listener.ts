import type { DeleteListenerInput, DeleteListenerOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { actionsBeside, groupsAfter } from './listener-groups.ts'
import { listenerOf, loadBalancerOf, touched } from './resources.ts'
import { rulesOfListener } from './rules.ts'
import { tagsGone } from './tags.ts'

/** Its rules go with it; their target groups stay. */
export const deleteListener: Operation<DeleteListenerInput, DeleteListenerOutput> = async (
  { ListenerArn },
  { store, dataPlanes },
) => {
  const { revision } = await commitPlanned(store, snapshot => {
    const found = listenerOf(snapshot, ListenerArn)
    const loadBalancer = loadBalancerOf(snapshot, found.value.Listener.LoadBalancerArn)
    const { LoadBalancerName, LoadBalancerArn } = loadBalancer.value.LoadBalancer
    const rules = rulesOfListener(snapshot, found.value.Listener)
    const gone = [found.key, ...rules.map(({ key }) => key)]
    return {
      changes: [
        ...gone.map(key => ({ key, value: undefined })),
        touched(loadBalancer),
        ...groupsAfter(snapshot, LoadBalancerArn, actionsBeside(snapshot, LoadBalancerName, gone)),
        ...tagsGone(snapshot, ListenerArn),
        ...rules.flatMap(({ value }) => tagsGone(snapshot, value.Rule.RuleArn)),
      ],
      answer: undefined,
    }
  })
  await dataPlanes.whenApplied(revision, 'balancer')
  return {}
}
