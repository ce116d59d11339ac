import { isAtOrBelow } from '../wire/name.ts'
import { changeLimits } from './change-limits.ts'
import type { PlannedChange, WorkingZone } from './planned-change.ts'
import { isWildcard } from './record-name.ts'

/** Where a name and type may be at all. */
export function* zoneProblems({ name, set }: PlannedChange, zone: WorkingZone): Iterable<string> {
  const isApex = name.key === zone.apex
  if (!isAtOrBelow(name.key, zone.apex))
    yield `RRSet with DNS name ${name.text} is not permitted in zone ${zone.name}`
  if (set.Type === 'SOA' && !isApex)
    yield `RRSet of type SOA with DNS name ${name.text} is not permitted because it is not at the apex of zone ${zone.name}`
  if (set.Type === 'CNAME' && isApex)
    yield `RRSet of type CNAME with DNS name ${name.text} is not permitted at apex in zone ${zone.name}`
  if (set.Type === 'NS' && isWildcard(name))
    yield `RRSet of type NS with DNS name ${name.text} is not permitted because it is a wildcard in zone ${zone.name}`
  if (
    !zone.sets.has(`${set.Name} ${set.Type} ${set.SetIdentifier ?? ''}`) &&
    zone.sets.size >= changeLimits.recordSetsMax
  )
    yield `Number of resource record sets limit of ${changeLimits.recordSetsMax} exceeded in zone ${zone.name}`
}
