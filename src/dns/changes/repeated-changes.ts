import { identityOf, type PlannedChange } from './planned-change.ts'

/**
 * One record set may be deleted and created again in one batch, in this order; any other two changes of it contradict each other.
 *
 * | first  | then   |         |
 * |--------|--------|---------|
 * | DELETE | CREATE, UPSERT | allowed |
 * | any other two  |        | refused |
 */
export function repeatedChangeProblems(changes: readonly PlannedChange[]): string[] {
  const before = new Map<string, PlannedChange['action'][]>()
  const problems = new Set<string>()
  for (const { action, set } of changes) {
    const actions = before.get(identityOf(set)) ?? []
    const isNewAfterDelete = actions.length === 1 && actions[0] === 'DELETE' && action !== 'DELETE'
    if (actions.length > 0 && !isNewAfterDelete)
      problems.add(
        `The request contains an invalid set of changes for a resource record set '${set.Type} ${set.Name}'`,
      )
    before.set(identityOf(set), [...actions, action])
  }
  return [...problems]
}
