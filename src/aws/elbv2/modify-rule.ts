import type { ModifyRuleInput, ModifyRuleOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { RuleDocument } from '../../resources/load-balancing.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { checkedActions } from './actions.ts'
import { checkedConditions } from './conditions.ts'
import { actionsBeside, groupsAfter } from './listener-groups.ts'
import { refuse } from './refusal.ts'
import { balancerTypeOf, loadBalancerOf, touched } from './resources.ts'
import { ruleOf, shownRule } from './rules.ts'
import { checkTransforms } from './transforms.ts'

/**
 * What is not named stays. From when this answers, no balancer that lives works by the old rule. The default rule is the listener's default
 * actions, which ModifyListener changes.
 */
export const modifyRule: Operation<ModifyRuleInput, ModifyRuleOutput> = async (
  input,
  { store, dataPlanes },
) => {
  checkTransforms(input)
  const { answer, revision } = await commitPlanned(store, snapshot => {
    const { listener, rule } = ruleOf(snapshot, input.RuleArn)
    if (rule === undefined)
      throw refuse(
        'OperationNotPermitted',
        `Default rule '${input.RuleArn}' cannot be modified; modify its listener`,
      )
    const { LoadBalancerArn, Protocol } = listener.value.Listener
    const loadBalancer = loadBalancerOf(snapshot, LoadBalancerArn)
    const place = {
      type: balancerTypeOf(loadBalancer.value),
      protocol: Protocol,
      words: 'An action',
    } as const
    const { Rule: before } = rule.value
    const Actions =
      input.Actions === undefined ? before.Actions : checkedActions(snapshot, place, input.Actions)
    const Conditions =
      input.Conditions === undefined ? before.Conditions : checkedConditions(input.Conditions)
    const value: RuleDocument = { ...rule.value, Rule: { ...before, Conditions, Actions } }
    const others = actionsBeside(snapshot, loadBalancer.value.LoadBalancer.LoadBalancerName, [rule.key])
    return {
      changes: [
        { key: rule.key, value },
        touched(loadBalancer),
        ...groupsAfter(snapshot, LoadBalancerArn, [...others, ...Actions]),
      ],
      unchanged: [listener.key],
      answer: shownRule({ listener, rule: { ...rule, value } }),
    }
  })
  await dataPlanes.whenApplied(revision, 'balancer')
  return { Rules: [answer] }
}
