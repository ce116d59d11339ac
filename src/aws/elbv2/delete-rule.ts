import type { DeleteRuleInput, DeleteRuleOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Operation } from '../operation.ts'
import { checkRule } from './default-rule.ts'
import { refuse } from './refusal.ts'

/** The default rule goes with its listener, and never by itself. */
export const deleteRule: Operation<DeleteRuleInput, DeleteRuleOutput> = async ({ RuleArn }, { store }) => {
  checkRule(store.read(), RuleArn)
  throw refuse('OperationNotPermitted', `Default rule '${RuleArn}' cannot be deleted`)
}
