import type { ModifyRuleInput, ModifyRuleOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Operation } from '../operation.ts'
import { checkRule } from './default-rule.ts'
import { refuse } from './refusal.ts'

/** The default rule is the listener's default actions, which ModifyListener changes. */
export const modifyRule: Operation<ModifyRuleInput, ModifyRuleOutput> = async ({ RuleArn }, { store }) => {
  checkRule(store.read(), RuleArn)
  throw refuse('OperationNotPermitted', `Default rule '${RuleArn}' cannot be modified; modify its listener`)
}
