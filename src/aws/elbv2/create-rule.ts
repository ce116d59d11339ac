import type { CreateRuleInput, CreateRuleOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { type RuleDocument, ruleKey } from '../../resources/load-balancing.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { checkedActions } from './actions.ts'
import { newArnId, ruleArn } from './arns.ts'
import { checkedConditions } from './conditions.ts'
import { elbv2Limits } from './limits.ts'
import { actionsBeside, groupsAfter } from './listener-groups.ts'
import { refuse } from './refusal.ts'
import { balancerTypeOf, listenerOf, loadBalancerOf, rulePrefix, touched } from './resources.ts'
import { rulesOfListener, shownRule } from './rules.ts'
import { newTags } from './tags.ts'
import { checkTransforms } from './transforms.ts'

/** AWS has rules on dual-stack network load balancers too (NLB guide, "Listener rules"), and ours have IPv4 addresses. */
export const createRule: Operation<CreateRuleInput, CreateRuleOutput> = async (input, context) => {
  const { answer } = await commitPlanned(context.store, snapshot => {
    const listener = listenerOf(snapshot, input.ListenerArn)
    const { LoadBalancerArn, Protocol, Port } = listener.value.Listener
    const loadBalancer = loadBalancerOf(snapshot, LoadBalancerArn)
    const name = loadBalancer.value.LoadBalancer.LoadBalancerName
    const type = balancerTypeOf(loadBalancer.value)
    if (type === 'network')
      throw refuse(
        'InvalidConfigurationRequest',
        'Listener rules are supported on application load balancers and dualstack network load balancers only',
      )
    checkTransforms(input)
    const Priority = String(input.Priority)
    const Conditions = checkedConditions(input.Conditions)
    const place = { type, protocol: Protocol, words: 'An action' } as const
    const Actions = checkedActions(snapshot, place, input.Actions)
    if (
      rulesOfListener(snapshot, listener.value.Listener).some(({ value }) => value.Rule.Priority === Priority)
    )
      throw refuse('PriorityInUse', `Priority '${Priority}' is currently in use`)
    if (snapshot.list(rulePrefix(name)).length >= elbv2Limits.rulesPerLoadBalancer)
      throw refuse('TooManyRules', `A load balancer can have ${elbv2Limits.rulesPerLoadBalancer} rules`)
    const id = newArnId(context.random)
    const RuleArn = ruleArn(input.ListenerArn, id)
    const value: RuleDocument = { Rule: { RuleArn, Priority, Conditions, Actions } }
    const key = ruleKey(name, Port, id)
    return {
      changes: [
        { key, value },
        // Two rules that are made at once must not have one priority.
        touched(loadBalancer),
        ...groupsAfter(snapshot, LoadBalancerArn, [...actionsBeside(snapshot, name, []), ...Actions]),
        ...newTags(RuleArn, input.Tags),
      ],
      unchanged: [listener.key],
      answer: shownRule({ listener, rule: { key, value, revision: snapshot.revision } }),
    }
  })
  return { Rules: [answer] }
}
