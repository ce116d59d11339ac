import type { DeleteListenerInput, DeleteListenerOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { parseArn } from './arns.ts'
import { groupsAfter } from './listener-groups.ts'
import { listenerOf, listenersOf } from './resources.ts'
import { tagsGone } from './tags.ts'

export const deleteListener: Operation<DeleteListenerInput, DeleteListenerOutput> = async (
  { ListenerArn },
  { store, dataPlanes },
) => {
  const { revision } = await commitPlanned(store, snapshot => {
    const found = listenerOf(snapshot, ListenerArn)
    const others = listenersOf(snapshot, parseArn(ListenerArn)?.name ?? '').filter(
      ({ key }) => key !== found.key,
    )
    return {
      changes: [
        { key: found.key, value: undefined },
        ...groupsAfter(
          snapshot,
          found.value.Listener.LoadBalancerArn,
          others.map(({ value }) => value.Listener),
        ),
        ...tagsGone(snapshot, ListenerArn),
      ],
      answer: undefined,
    }
  })
  await dataPlanes.whenApplied(revision, 'balancer')
  return {}
}
