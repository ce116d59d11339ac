import type { Opinion } from '../../resources/health-checks.ts'
import type { CheckVerdict } from './check-verdict.ts'

/** AWS: healthy while more than 18 % of the health checkers say so ("might change"). */
export const quorumPercentDefault = 18

/** One vantage point that lives and speaks of the configuration in force. */
export interface Vote {
  readonly vantage: string
  readonly opinion: Opinion
  readonly evidence: string
}

/** What the vantage points together see of an endpoint. Inversion comes later. */
export type Sight = CheckVerdict & {
  /** False while nobody has had enough data. */
  readonly isKnown: boolean
}

/**
 * The opinion 'unknown' is no vote.
 *
 * | votes                          | before    | seen as                                                              |
 * |--------------------------------|-----------|----------------------------------------------------------------------|
 * | more than the quorum healthy   | any       | healthy                                                              |
 * | else, some vote                | any       | unhealthy                                                            |
 * | none                           | known     | as before: silence is no news                                        |
 * | none                           | not known | healthy, not known (AWS: a new check is healthy until enough data)   |
 */
export function combine(votes: readonly Vote[], quorumPercent: number, before: Sight | undefined): Sight {
  const cast = votes.filter(({ opinion }) => opinion === 'healthy' || opinion === 'unhealthy')
  const healthy = cast.filter(({ opinion }) => opinion === 'healthy')
  if (cast.length === 0) {
    if (before?.isKnown !== true)
      return { healthy: true, isKnown: false, reason: 'health check without enough data yet' }
    const reason = before.reason.startsWith(heldWord) ? before.reason : `${heldWord}${before.reason}`
    return { ...before, reason }
  }
  const isHealthy = healthy.length * 100 > cast.length * quorumPercent
  const witness = isHealthy ? healthy[0] : cast.find(({ opinion }) => opinion === 'unhealthy')
  return {
    healthy: isHealthy,
    isKnown: true,
    reason: `${healthy.length} of ${cast.length} vantage points see it healthy (${witness?.evidence ?? ''})`,
  }
}

const heldWord = 'no vantage point votes now; before: '
