import type { ForwardSnapshot, TargetSnapshot } from './balancer-snapshot.ts'
import { slotOf } from './flow-hash.ts'
import type { TargetPool, Tier } from './target-pool.ts'

/**
 * The target of a flow, by its hash. `tried` holds those that did not take it: then it is the next distinct one further on in the
 * table, and when a tier has no other, the same slot of the next tier. Undefined when nobody is left. Allocates nothing.
 */
export function selectTarget(
  pool: TargetPool,
  hash: number,
  tried?: readonly TargetSnapshot[],
): TargetSnapshot | undefined {
  for (const tier of pool.tiers) {
    const target = selectFrom(tier, hash, tried)
    if (target !== undefined) return target
  }
  return undefined
}

function selectFrom(
  { table, targets }: Tier,
  hash: number,
  tried: readonly TargetSnapshot[] | undefined,
): TargetSnapshot | undefined {
  const start = slotOf(hash, table.length)
  if (tried === undefined || tried.length === 0) return targets[table[start] as number]
  for (let i = 0; i < table.length; i++) {
    const target = targets[table[(start + i) % table.length] as number]
    if (target !== undefined && !hasTried(tried, target)) return target
  }
  return undefined
}

/** By key: the pool may have been made anew since. */
function hasTried(tried: readonly TargetSnapshot[], target: TargetSnapshot): boolean {
  for (const other of tried) if (other.key === target.key) return true
  return false
}

/**
 * The target group of a flow, in proportion to the weights, by its hash with `groupHashSeed`; undefined when all are 0. In nftables the
 * same is `jhash … mod <sum of weights>` looked up in ranges of weights in this order. Allocates nothing.
 */
export function selectTargetGroup(
  forward: readonly ForwardSnapshot[],
  groupHash: number,
): string | undefined {
  let total = 0
  for (const { weight } of forward) total += weight
  if (total === 0) return undefined
  let point = slotOf(groupHash, total)
  for (const { targetGroup, weight } of forward) {
    if (point < weight) return targetGroup
    point -= weight
  }
  return undefined
}
