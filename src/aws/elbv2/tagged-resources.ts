import type { Snapshot } from '../../store/store.ts'
import { defaultRuleArn, listenerArnOfRule, parseArn } from './arns.ts'
import { refuse } from './refusal.ts'
import { listenerOf, loadBalancerOf, noRule, targetGroupOf } from './resources.ts'

/** Refuses unless the ARN is that of a resource that is there; answers the key of its document. */
export function taggedResource(snapshot: Snapshot, arn: string): string {
  switch (parseArn(arn)?.kind) {
    case 'loadbalancer':
      return loadBalancerOf(snapshot, arn).key
    case 'targetgroup':
      return targetGroupOf(snapshot, arn).key
    case 'listener':
      return listenerOf(snapshot, arn).key
    case 'listener-rule': {
      const listener = listenerArnOfRule(arn)
      if (defaultRuleArn(listener) !== arn) throw noRule()
      return listenerOf(snapshot, listener).key
    }
    case undefined:
      throw refuse('ValidationError', `'${arn}' is not a valid ARN`)
  }
}
