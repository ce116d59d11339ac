import type { DeleteRuleInput, DeleteRuleOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { actionsBeside, groupsAfter } from './listener-groups.ts'
import { refuse } from './refusal.ts'
import { loadBalancerOf, touched } from './resources.ts'
import { ruleOf } from './rules.ts'
import { tagsGone } from './tags.ts'

/** From when this answers, no balancer that lives works by it. The default rule goes with its listener, and never by itself. */
export const deleteRule: Operation<DeleteRuleInput, DeleteRuleOutput> = async (
  { RuleArn },
  { store, dataPlanes },
) => {
  const { revision } = await commitPlanned(store, snapshot => {
    const { listener, rule } = ruleOf(snapshot, RuleArn)
    if (rule === undefined)
      throw refuse('OperationNotPermitted', `Default rule '${RuleArn}' cannot be deleted`)
    const { LoadBalancerArn } = listener.value.Listener
    const loadBalancer = loadBalancerOf(snapshot, LoadBalancerArn)
    const others = actionsBeside(snapshot, loadBalancer.value.LoadBalancer.LoadBalancerName, [rule.key])
    return {
      changes: [
        { key: rule.key, value: undefined },
        touched(loadBalancer),
        ...groupsAfter(snapshot, LoadBalancerArn, others),
        ...tagsGone(snapshot, RuleArn),
      ],
      answer: undefined,
    }
  })
  await dataPlanes.whenApplied(revision, 'balancer')
  return {}
}
