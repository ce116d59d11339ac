import { collectionNames } from './base-rules.ts'
import type { RuleSet } from './rule-set.ts'

/** The same rules, by which flows go on and none begins: who connects is refused. */
export function closedRules(rules: RuleSet): RuleSet {
  const name = collectionNames.services
  const services = rules.collections.get(name)
  if (services === undefined) return rules
  const elements = new Map([...services.elements.keys()].map(key => [key, 'goto closed'] as const))
  return {
    ...rules,
    collections: new Map([...rules.collections, [name, { ...services, elements }]]),
    chains: new Map([
      ...rules.chains,
      ['closed', { rules: ['meta l4proto tcp reject with tcp reset', 'drop'] }],
    ]),
  }
}
