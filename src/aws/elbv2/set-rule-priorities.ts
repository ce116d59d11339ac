import type {
  SetRulePrioritiesInput,
  SetRulePrioritiesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Operation } from '../operation.ts'
import { checkRule } from './default-rule.ts'
import { refuse } from './refusal.ts'

/** The default rule comes last whatever is asked for. */
export const setRulePriorities: Operation<SetRulePrioritiesInput, SetRulePrioritiesOutput> = async (
  { RulePriorities },
  { store },
) => {
  const snapshot = store.read()
  for (const { RuleArn = '' } of RulePriorities) checkRule(snapshot, RuleArn)
  throw refuse('OperationNotPermitted', 'The priority of the default rule cannot be changed')
}
