import { policyOf } from '../routing/policy.ts'
import { type PlannedChange, setsAt, type WorkingZone } from './planned-change.ts'

/** What must hold when the whole batch is done: halfway through, it may not. */
export function* finishedZoneProblems(
  zone: WorkingZone,
  changes: readonly PlannedChange[],
): Iterable<string> {
  const apex = setsAt(zone, zone.name)
  if (apex.filter(({ Type }) => Type === 'SOA').length !== 1)
    yield 'A HostedZone must contain exactly one SOA record.'
  if (!apex.some(({ Type }) => Type === 'NS'))
    yield 'A HostedZone must contain at least one NS record for the zone itself.'
  const groups = new Set(changes.map(({ set }) => `${set.Name} ${set.Type}`))
  for (const group of groups) {
    const [name = '', type] = group.split(' ')
    const sets = setsAt(zone, name).filter(
      ({ Type, AliasTarget }) => Type === type && AliasTarget === undefined,
    )
    const ttls = new Set(sets.filter(set => policyOf(set) === 'weighted').map(({ TTL }) => TTL))
    // Members are changed one by one; so only the outcome is looked at.
    if (ttls.size > 1)
      yield `RRSets with DNS name ${name}, type ${type} are weighted and must have the same TTL.`
  }
}
