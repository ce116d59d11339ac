import type { TargetGroupSnapshot, TargetSnapshot } from './balancer-snapshot.ts'
import { maglevTable, maglevTableSize } from './maglev.ts'
import type { TargetStates } from './target-state.ts'

/** Targets of equal rank, and their Maglev table. */
export interface Tier {
  readonly rank: TierRank
  readonly targets: readonly TargetSnapshot[]
  readonly table: Uint16Array
}

/** Why these targets are chosen from. */
export type TierRank =
  | 'own zone, healthy'
  | 'own zone, all'
  | 'other zones, healthy'
  | 'own zone, initial'
  | 'other zones, initial'
  | 'own zone, unhealthy'
  | 'other zones, unhealthy'

/**
 * Whom new connections of one target group may go to, best first. The first tier takes them all; a later one only gets a connection
 * that every target before refused.
 */
export interface TargetPool {
  readonly tiers: readonly Tier[]
  /** Nobody is healthy anywhere, or too few are: connections go to targets that are not known to be healthy. */
  readonly failOpen: boolean
}

/**
 * Own zone: the balancer's; with cross-zone on, every zone. Draining and unused targets, and those of weight 0, are in no tier;
 * one of weight 0 still counts where healthy targets are counted, and so does, as unhealthy, one that outbound rules forbid.
 *
 * | healthy in own zone | healthy elsewhere | new connections go to                                    | fail open |
 * |---------------------|-------------------|----------------------------------------------------------|-----------|
 * | enough              | any               | healthy of own zone                                      | no        |
 * | some, below minimum | any               | all of own zone (AWS: unhealthy_state_routing)           | yes       |
 * | none                | some              | healthy of other zones (zonal fallback)                  | no        |
 * | none                | none              | own zone: initial, else unhealthy; when it has none: other zones, likewise | yes |
 *
 * Zonal fallback is ours. AWS takes the zone's address out of DNS and fails open meanwhile; clients hold an address for a minute
 * or more, and a target of another zone that is known to answer serves them better than one that is known not to.
 * A target that nobody has judged yet goes before one that failed.
 */
export function targetPool(group: TargetGroupSnapshot, states: TargetStates, zone: string): TargetPool {
  const own = new Ranked()
  const others = new Ranked()
  for (const target of group.targets) {
    const isOwn = group.crossZone || target.zone === zone || target.zone === 'all'
    ;(isOwn ? own : others).add(target, states.get(target.key)?.state ?? 'initial')
  }
  const isBelowMinimum =
    own.healthy.length < group.healthyCountMin ||
    own.healthy.length * 100 < own.all.length * group.healthyPercentMin
  const size = maglevTableSize(group.targets.length)
  const tiers: Tier[] = []
  const add = (rank: TierRank, members: readonly TargetSnapshot[]): void => {
    const targets = members.filter(target => target.weight > 0 && target.unusable === undefined)
    if (targets.length === 0) return
    const weights = targets.map(({ key, weight }) => weight * (states.get(key)?.sharePercent ?? 100))
    tiers.push(new WeightedTier(rank, targets, weights, size))
  }

  const hasHealthy = own.healthy.length + others.healthy.length > 0
  const isShort = own.healthy.length > 0 && isBelowMinimum
  if (isShort) add('own zone, all', own.all)
  else add('own zone, healthy', own.healthy)
  add('other zones, healthy', others.healthy)
  if (hasHealthy) {
    if (!isShort) add('own zone, initial', own.initial)
    add('other zones, initial', others.initial)
    if (!isShort) add('own zone, unhealthy', own.unhealthy)
  } else {
    add('own zone, initial', own.initial)
    add('own zone, unhealthy', own.unhealthy)
    add('other zones, initial', others.initial)
  }
  add('other zones, unhealthy', others.unhealthy)
  return { tiers, failOpen: isShort || !hasHealthy }
}

/** Its table is made when first looked at: in the moment of a failure clients come back, and nobody asks the lower tiers. */
class WeightedTier implements Tier {
  readonly rank: TierRank
  readonly targets: readonly TargetSnapshot[]
  readonly #weights: readonly number[]
  readonly #size: number
  #table: Uint16Array | undefined

  constructor(rank: TierRank, targets: readonly TargetSnapshot[], weights: readonly number[], size: number) {
    this.rank = rank
    this.targets = targets
    this.#weights = weights
    this.#size = size
  }

  get table(): Uint16Array {
    this.#table ??= maglevTable(
      this.targets.map(target => target.key),
      this.#size,
      this.#weights,
    )
    return this.#table
  }
}

/** Targets of one zone, or of all others, that may be sent to. */
class Ranked {
  readonly all: TargetSnapshot[] = []
  readonly healthy: TargetSnapshot[] = []
  readonly initial: TargetSnapshot[] = []
  readonly unhealthy: TargetSnapshot[] = []

  add(target: TargetSnapshot, state: string): void {
    if (state === 'draining' || state === 'unused') return
    this.all.push(target)
    if (state === 'healthy') this.healthy.push(target)
    else if (state === 'initial' || state === 'unavailable') this.initial.push(target)
    else this.unhealthy.push(target)
  }
}
