import { type Candidate, indicesOf } from './policy.ts'

/** Route 53 answers so many records at most. */
export const multivalueMax = 8

export interface Windows {
  /** Each is one answer; a query gets one of them by lot. */
  readonly windows: readonly (readonly number[])[]
  readonly reason: string
}

/**
 * | healthy   | answer                                     |
 * |-----------|--------------------------------------------|
 * | none      | up to 8 of all, as if they were healthy    |
 * | 1 to 8    | all the healthy                            |
 * | 9 or more | 8 of the healthy, others for other queries |
 *
 * Eight neighbours on the ring of all of them, from a place drawn for each query: every record is answered as often as any other, and
 * there are only as many answers as records.
 */
export function multivalue(candidates: readonly Candidate[]): Windows {
  const present = indicesOf(candidates).filter(index => candidates[index]?.isPresent === true)
  const healthy = present.filter(index => candidates[index]?.healthy === true)
  const ring = healthy.length > 0 ? healthy : present
  const count = ring.length > multivalueMax ? ring.length : Math.min(1, ring.length)
  const windows = Array.from({ length: count }, (_, start) =>
    [...ring.slice(start), ...ring.slice(0, start)].slice(0, multivalueMax),
  )
  const which =
    healthy.length > 0 ? `${healthy.length} of ${present.length} healthy` : 'last resort, none is healthy'
  const some = ring.length > multivalueMax ? `; ${multivalueMax} of ${ring.length} for each query` : ''
  return { windows, reason: which + some }
}
