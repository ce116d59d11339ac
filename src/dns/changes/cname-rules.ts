import { type PlannedChange, setsAt, type WorkingZone } from './planned-change.ts'

/**
 * A CNAME stands alone at its name (RFC 1034 section 3.6.2).
 *
 * | new   | there is        |         |
 * |-------|-----------------|---------|
 * | CNAME | another type    | refused |
 * | other | a CNAME         | refused |
 */
export function* cnameProblems({ name, set }: PlannedChange, zone: WorkingZone): Iterable<string> {
  const others = setsAt(zone, name.text).filter(({ Type }) => Type !== set.Type)
  if (set.Type === 'CNAME' && others.length > 0)
    yield `RRSet of type CNAME with DNS name ${name.text} is not permitted as it conflicts with other records with the same DNS name in zone ${zone.name}`
  if (set.Type !== 'CNAME' && others.some(({ Type }) => Type === 'CNAME'))
    yield `RRSet of type ${set.Type} with DNS name ${name.text} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${zone.name}`
}
