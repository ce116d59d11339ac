import type {
  DeleteLoadBalancerInput,
  DeleteLoadBalancerOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import {
  type LoadBalancerDocument,
  loadBalancerKey,
  type RuleDocument,
} from '../../resources/load-balancing.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { parseArn } from './arns.ts'
import { groupsAfter } from './listener-groups.ts'
import { refuse } from './refusal.ts'
import { listenersOf, rulePrefix } from './resources.ts'
import { tagsGone } from './tags.ts'
import { releasedAddresses } from './zone-addresses.ts'

/** One that is not there counts as deleted. Its listeners and their rules go with it; its target groups stay, and are free for another. */
export const deleteLoadBalancer: Operation<DeleteLoadBalancerInput, DeleteLoadBalancerOutput> = async (
  { LoadBalancerArn },
  { store, dataPlanes },
) => {
  const parsed = parseArn(LoadBalancerArn)
  if (parsed?.kind !== 'loadbalancer')
    throw refuse('ValidationError', `'${LoadBalancerArn}' is not a valid load balancer ARN`)
  const { revision } = await commitPlanned(store, snapshot => {
    const key = loadBalancerKey(parsed.name)
    const document = snapshot.get<LoadBalancerDocument>(key)?.value
    if (document?.LoadBalancer.LoadBalancerArn !== LoadBalancerArn) return { changes: [], answer: undefined }
    if (document.Attributes['deletion_protection.enabled'] === 'true')
      throw refuse(
        'OperationNotPermitted',
        `Load balancer '${LoadBalancerArn}' cannot be deleted because deletion protection is enabled`,
      )
    const listeners = listenersOf(snapshot, parsed.name)
    const rules = snapshot.list<RuleDocument>(rulePrefix(parsed.name))
    return {
      changes: [
        { key, value: undefined },
        ...[...listeners, ...rules].map(gone => ({ key: gone.key, value: undefined })),
        ...groupsAfter(snapshot, LoadBalancerArn, []),
        ...releasedAddresses(snapshot, document.LoadBalancer.AvailabilityZones),
        ...tagsGone(snapshot, LoadBalancerArn),
        ...listeners.flatMap(({ value }) => tagsGone(snapshot, value.Listener.ListenerArn)),
        ...rules.flatMap(({ value }) => tagsGone(snapshot, value.Rule.RuleArn)),
      ],
      answer: undefined,
    }
  })
  await dataPlanes.whenApplied(revision, 'balancer')
  return {}
}
