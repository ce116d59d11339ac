import type { DescribeRulesInput, DescribeRulesOutput, Rule } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Snapshot } from '../../store/store.ts'
import type { Operation } from '../operation.ts'
import { pageOf } from './page.ts'
import { refuse } from './refusal.ts'
import { listenerOf } from './resources.ts'
import { ruleOf, rulesOfListener, shownRule } from './rules.ts'

/** In the order in which they are tried, the default rule last. */
export const describeRules: Operation<DescribeRulesInput, DescribeRulesOutput> = async (input, { store }) => {
  const { ListenerArn, RuleArns } = input
  const snapshot = store.read()
  if ((ListenerArn === undefined) === (RuleArns === undefined))
    throw refuse('ValidationError', 'You must specify either listener rule ARNs or a listener ARN')
  if (ListenerArn === undefined)
    return { Rules: (RuleArns ?? []).map(arn => shownRule(ruleOf(snapshot, arn))) }
  const { items, NextMarker } = pageOf(rulesOf(snapshot, ListenerArn), placeOf, input)
  return { Rules: [...items], NextMarker }
}

function rulesOf(snapshot: Snapshot, arn: string): Rule[] {
  const listener = listenerOf(snapshot, arn)
  const rules = rulesOfListener(snapshot, listener.value.Listener).map(rule => shownRule({ listener, rule }))
  return [...rules, shownRule({ listener, rule: undefined })]
}

/** `default` sorts after every number. */
const placeOf = ({ Priority = '' }: Rule): string => Priority.padStart(5, '0')
