import type { Snapshot } from '../../store/store.ts'
import { defaultRuleArn, listenerArnOfRule, parseArn } from './arns.ts'
import { refuse } from './refusal.ts'
import { listenerOf, noRule } from './resources.ts'

/** Refuses what is no rule that is there: listeners of our load balancers have the default rule alone. */
export function checkRule(snapshot: Snapshot, arn: string): void {
  if (parseArn(arn)?.kind !== 'listener-rule')
    throw refuse('ValidationError', `'${arn}' is not a valid listener rule ARN`)
  const listener = listenerArnOfRule(arn)
  if (defaultRuleArn(listener) !== arn) throw noRule()
  listenerOf(snapshot, listener)
}
