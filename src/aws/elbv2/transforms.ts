import type { RuleTransform } from '@aws-sdk/client-elastic-load-balancing-v2'
import { refuse } from './refusal.ts'

/** Rewriting a request's host or path before it is sent on. To take it off a rule is to leave things as they are. */
export function checkTransforms({
  Transforms,
}: {
  readonly Transforms?: readonly RuleTransform[] | undefined
}): void {
  if (Transforms !== undefined && Transforms.length > 0)
    throw refuse('InvalidConfigurationRequest', 'Transforms of rules are not served here')
}
