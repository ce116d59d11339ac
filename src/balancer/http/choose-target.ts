import { below, type Random } from '../../base/random.ts'
import type { TargetGroupSnapshot, TargetSnapshot } from '../selection/balancer-snapshot.ts'
import type { Routing } from '../selection/routing.ts'
import { cookieToken } from './sticky-cookies.ts'

/** What is counted to spread requests. */
export interface RequestCounts {
  /** Requests that wait for a target's answer, by target key. */
  outstanding(key: string): number
  /** A number that grows by one each time, by target group. */
  turn(group: string): number
}

/**
 * The target of a request: the one that the client's cookie names while it may be sent to, else by the group's algorithm among the best that are left
 * (facts of the ALB guide, "Routing algorithms").
 *
 * | algorithm                  | among the targets of the best tier that were not tried              |
 * |----------------------------|----------------------------------------------------------------------|
 * | round_robin                | each in its turn                                                      |
 * | least_outstanding_requests | the one with the fewest requests under way; of equal ones, in turn   |
 * | weighted_random            | by lot, in proportion to the weights                                 |
 */
export function chooseTarget(
  routes: Routing,
  group: TargetGroupSnapshot,
  request: { readonly token: string | undefined; readonly tried: readonly TargetSnapshot[] },
  counts: RequestCounts,
  random: Random,
): TargetSnapshot | undefined {
  const tiers = routes.pool(group.name)?.tiers ?? []
  const isLeft = (target: TargetSnapshot): boolean => request.tried.every(({ key }) => key !== target.key)
  if (request.token !== undefined) {
    const stuck = tiers[0]?.targets.find(target => cookieToken(target.key) === request.token)
    if (stuck !== undefined && isLeft(stuck)) return stuck
  }
  for (const { targets, table } of tiers) {
    const left = targets.filter(isLeft)
    if (left.length === 0) continue
    // While somebody starts slowly, shares differ: the table has them.
    const isByShare = group.slowStartMs > 0 && left.length === targets.length
    if (isByShare) return targets[table[below(random, table.length)] as number]
    return among(left, group, counts, random)
  }
  return undefined
}

function among(
  left: readonly TargetSnapshot[],
  group: TargetGroupSnapshot,
  counts: RequestCounts,
  random: Random,
): TargetSnapshot | undefined {
  switch (group.http?.algorithm) {
    case 'least_outstanding_requests': {
      const least = Math.min(...left.map(({ key }) => counts.outstanding(key)))
      const idle = left.filter(({ key }) => counts.outstanding(key) === least)
      return idle[counts.turn(group.name) % idle.length]
    }
    case 'weighted_random': {
      let point = below(
        random,
        left.reduce((sum, { weight }) => sum + weight, 0),
      )
      for (const target of left) {
        if (point < target.weight) return target
        point -= target.weight
      }
      return left[0]
    }
    default:
      return left[counts.turn(group.name) % left.length]
  }
}
