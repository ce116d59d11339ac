import type {
  SetRulePrioritiesInput,
  SetRulePrioritiesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { RuleDocument } from '../../resources/load-balancing.ts'
import type { Document, Snapshot } from '../../store/store.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { refuse } from './refusal.ts'
import { loadBalancerOf, touched } from './resources.ts'
import { ruleOf, rulesOfListener, shownRule } from './rules.ts'

interface Reordered {
  readonly arn: string
  readonly priority: string
}

/**
 * All of them at once, so that two can change places; a priority of a rule that is not named stays taken. From when this answers, no balancer
 * that lives works by the old order.
 */
export const setRulePriorities: Operation<SetRulePrioritiesInput, SetRulePrioritiesOutput> = async (
  { RulePriorities },
  { store, dataPlanes },
) => {
  const wanted = RulePriorities.map(reordered)
  if (new Set(wanted.map(({ arn }) => arn)).size < wanted.length)
    throw refuse('ValidationError', 'A rule was specified more than once')
  const { answer, revision } = await commitPlanned(store, snapshot => {
    const found = wanted.map(({ arn, priority }) => {
      const { listener, rule } = ruleOf(snapshot, arn)
      if (rule === undefined)
        throw refuse('OperationNotPermitted', `The priority of default rule '${arn}' cannot be changed`)
      const value: RuleDocument = { ...rule.value, Rule: { ...rule.value.Rule, Priority: priority } }
      return { listener, rule: { ...rule, value } }
    })
    for (const { listener } of found) checkPriorities(snapshot, listener.value.Listener, found)
    const balancers = new Set(found.map(({ listener }) => listener.value.Listener.LoadBalancerArn))
    return {
      changes: [
        ...found.map(({ rule }) => ({ key: rule.key, value: rule.value })),
        // Whoever makes a rule meanwhile must not take one of these priorities.
        ...[...balancers].map(arn => touched(loadBalancerOf(snapshot, arn))),
      ],
      answer: found.map(shownRule),
    }
  })
  await dataPlanes.whenApplied(revision, 'balancer')
  return { Rules: answer }
}

function reordered({
  RuleArn,
  Priority,
}: {
  readonly RuleArn?: string | undefined
  readonly Priority?: number | undefined
}): Reordered {
  if (RuleArn === undefined) throw refuse('ValidationError', 'A rule ARN must be specified')
  if (Priority === undefined) throw refuse('ValidationError', 'A rule priority must be specified')
  return { arn: RuleArn, priority: String(Priority) }
}

/** Of one listener, as it would be. */
function checkPriorities(
  snapshot: Snapshot,
  listener: Parameters<typeof rulesOfListener>[1],
  found: readonly { readonly rule: Document<RuleDocument> }[],
): void {
  const changed = new Map(found.map(({ rule }) => [rule.key, rule.value.Rule.Priority]))
  const taken = new Map<string, 'named' | 'kept'>()
  for (const { key, value } of rulesOfListener(snapshot, listener)) {
    const priority = changed.get(key) ?? value.Rule.Priority
    const kind = changed.has(key) ? 'named' : 'kept'
    const other = taken.get(priority)
    if (other === 'named' && kind === 'named')
      throw refuse('ValidationError', `Priority '${priority}' was provided multiple times`)
    if (other !== undefined) throw refuse('PriorityInUse', `Priority '${priority}' is currently in use`)
    taken.set(priority, kind)
  }
}
