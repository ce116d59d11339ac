import type { DescribeRulesInput, DescribeRulesOutput, Rule } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { ListenerDocument } from '../../resources/load-balancing.ts'
import type { Operation } from '../operation.ts'
import { defaultRuleArn, listenerArnOfRule } from './arns.ts'
import { checkRule } from './default-rule.ts'
import { refuse } from './refusal.ts'
import { listenerOf } from './resources.ts'

/** A listener of a network load balancer has the default rule alone: its default actions. */
export const describeRules: Operation<DescribeRulesInput, DescribeRulesOutput> = async (
  { ListenerArn, RuleArns },
  { store },
) => {
  const snapshot = store.read()
  if ((ListenerArn === undefined) === (RuleArns === undefined))
    throw refuse('ValidationError', 'You must specify either listener rule ARNs or a listener ARN')
  if (ListenerArn !== undefined) return { Rules: [defaultRule(listenerOf(snapshot, ListenerArn).value)] }
  return {
    Rules: (RuleArns ?? []).map(arn => {
      checkRule(snapshot, arn)
      return defaultRule(listenerOf(snapshot, listenerArnOfRule(arn)).value)
    }),
  }
}

function defaultRule({ Listener }: ListenerDocument): Rule {
  return {
    RuleArn: defaultRuleArn(Listener.ListenerArn),
    Priority: 'default',
    Conditions: [],
    Actions: [...Listener.DefaultActions],
    IsDefault: true,
  }
}
