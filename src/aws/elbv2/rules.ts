import type { Rule } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { ListenerDocument, RuleDocument } from '../../resources/load-balancing.ts'
import type { Document, Snapshot } from '../../store/store.ts'
import { defaultRuleArn, listenerArnOfRule, parseArn } from './arns.ts'
import { refuse } from './refusal.ts'
import { listenerOf, noRule, rulePrefix } from './resources.ts'

export interface FoundRule {
  readonly listener: Document<ListenerDocument>
  /** Undefined: it is the listener's default rule, which is no document of its own. */
  readonly rule: Document<RuleDocument> | undefined
}

/** Refuses what is no rule that is there. */
export function ruleOf(snapshot: Snapshot, arn: string): FoundRule {
  if (parseArn(arn)?.kind !== 'listener-rule')
    throw refuse('ValidationError', `'${arn}' is not a valid listener rule ARN`)
  const listenerArn = listenerArnOfRule(arn)
  const found = snapshot
    .list<RuleDocument>(rulePrefix(parseArn(arn)?.name ?? ''))
    .find(({ value }) => value.Rule.RuleArn === arn)
  if (found === undefined && defaultRuleArn(listenerArn) !== arn) throw noRule()
  return { listener: listenerOf(snapshot, listenerArn), rule: found }
}

/** Rules of one listener in the order in which they are tried, without the default. */
export function rulesOfListener(
  snapshot: Snapshot,
  { ListenerArn, Port }: Pick<ListenerDocument['Listener'], 'ListenerArn' | 'Port'>,
): readonly Document<RuleDocument>[] {
  return [...snapshot.list<RuleDocument>(rulePrefix(parseArn(ListenerArn)?.name ?? '', Port))].sort(
    (a, b) => Number(a.value.Rule.Priority) - Number(b.value.Rule.Priority),
  )
}

/** A rule as AWS tells it. */
export function shownRule({ listener, rule }: FoundRule): Rule {
  if (rule !== undefined) return { ...rule.value.Rule, IsDefault: false }
  const { ListenerArn, DefaultActions } = listener.value.Listener
  return {
    RuleArn: defaultRuleArn(ListenerArn),
    Priority: 'default',
    Conditions: [],
    Actions: [...DefaultActions],
    IsDefault: true,
  }
}
