import type { Verdict } from './verdict.ts'

export type FailoverRole = 'PRIMARY' | 'SECONDARY'

export interface FailoverAnswer {
  readonly answered: FailoverRole
  readonly reason: string
  /** Answers live no longer than this: the next switch may be near. Absent: as long as the record says. */
  readonly ttlSecondsMax?: number
}

/** One failover record: the name with its final dot, lower case, and the type. */
export interface FailoverRecord {
  readonly name: string
  readonly type: string
}

/** As `failover`, with memory: what was answered before, what an operator ordered. An absent verdict is a record without a value to give. */
export type DecideFailover = (
  record: FailoverRecord,
  primary: Verdict | undefined,
  secondary: Verdict | undefined,
) => FailoverAnswer | undefined

/**
 * Which of two records is answered; never a mix. Failback is immediate, as Route 53's.
 *
 * | primary   | secondary | answer    |                                      |
 * |-----------|-----------|-----------|--------------------------------------|
 * | healthy   | any       | PRIMARY   |                                      |
 * | healthy   | absent    | PRIMARY   |                                      |
 * | unhealthy | healthy   | SECONDARY |                                      |
 * | unhealthy | unhealthy | PRIMARY   | last resort: as if all were healthy  |
 * | unhealthy | absent    | PRIMARY   | last resort                          |
 * | absent    | any       | SECONDARY | healthy or as last resort            |
 * | absent    | absent    | undefined |                                      |
 *
 * A secondary without a health check is healthy even when its endpoint is dead. A record that has no value to give (an alias
 * of a load balancer that is gone) counts as absent: an empty answer helps nobody.
 */
export function failover(
  primary: Verdict | undefined,
  secondary: Verdict | undefined,
): FailoverAnswer | undefined {
  if (primary === undefined) {
    if (secondary === undefined) return undefined
    const lastResort = secondary.healthy ? '' : ', in spite of: ' + secondary.reason
    return { answered: 'SECONDARY', reason: `there is no primary record${lastResort}` }
  }
  if (primary.healthy) return { answered: 'PRIMARY', reason: `primary: ${primary.reason}` }
  if (secondary === undefined)
    return {
      answered: 'PRIMARY',
      reason: `last resort, there is no secondary record; primary: ${primary.reason}`,
    }
  if (secondary.healthy)
    return { answered: 'SECONDARY', reason: `primary: ${primary.reason}; secondary: ${secondary.reason}` }
  return {
    answered: 'PRIMARY',
    reason: `last resort, both are unhealthy; primary: ${primary.reason}; secondary: ${secondary.reason}`,
  }
}
