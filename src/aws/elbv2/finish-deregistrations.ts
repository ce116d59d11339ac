import type { TargetDocument, TargetGroupDocument } from '../../resources/load-balancing.ts'
import type { Change, Snapshot } from '../../store/store.ts'
import { targetGroupPrefix, targetsOf } from './resources.ts'

const delaySecondsDefault = 300

/** What to delete: targets whose deregistration delay is over. Control looks from time to time; each is guarded by its own revision. */
export function finishedDeregistrations(
  snapshot: Snapshot,
  wallMs: number,
): { readonly change: Change; readonly revision: number }[] {
  const draining = snapshot
    .list<TargetDocument>('elbv2/target/')
    .some(({ value }) => value.DeregisteredAt !== undefined)
  if (!draining) return []
  return snapshot.list<TargetGroupDocument>(targetGroupPrefix).flatMap(({ value }) => {
    const delay = Number(value.Attributes['deregistration_delay.timeout_seconds'] ?? delaySecondsDefault)
    return targetsOf(snapshot, value.TargetGroup.TargetGroupName).flatMap(target => {
      const at = target.value.DeregisteredAt
      return at === undefined || Date.parse(at) + delay * 1_000 > wallMs
        ? []
        : [{ change: { key: target.key, value: undefined }, revision: target.revision }]
    })
  })
}
