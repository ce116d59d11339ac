import type { Snapshot } from '../../store/store.ts'
import { parseArn } from './arns.ts'
import { refuse } from './refusal.ts'
import { listenerOf, loadBalancerOf, targetGroupOf } from './resources.ts'
import { ruleOf } from './rules.ts'

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
      const { listener, rule } = ruleOf(snapshot, arn)
      return (rule ?? listener).key
    }
    case undefined:
      throw refuse('ValidationError', `'${arn}' is not a valid ARN`)
  }
}
