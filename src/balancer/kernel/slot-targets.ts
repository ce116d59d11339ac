import type { TargetSnapshot } from '../selection/balancer-snapshot.ts'
import type { TargetPool, Tier } from '../selection/target-pool.ts'

/** Whom each slot leads to, and whom it leads to when that target refuses: what `selectTarget` answers without and with it tried. */
export interface SlotTargets {
  readonly first: readonly TargetSnapshot[]
  /** Empty when there is nobody else. */
  readonly spare: readonly TargetSnapshot[]
}

export function slotTargets({ tiers }: TargetPool): SlotTargets {
  const [tier, next] = tiers
  if (tier === undefined) return { first: [], spare: [] }
  const first = Array.from(tier.table, index => tier.targets[index] as TargetSnapshot)
  const spare = first.some(target => target !== first[0])
    ? nextOthers(first)
    : next === undefined
      ? []
      : slotsOf(next)
  return { first, spare }
}

const slotsOf = ({ table, targets }: Tier): TargetSnapshot[] =>
  Array.from(table, index => targets[index] as TargetSnapshot)

/** For each slot, the first target behind it that is another. There are two or more. */
function nextOthers(slots: readonly TargetSnapshot[]): TargetSnapshot[] {
  const others = [...slots]
  // Twice round, from behind: what a slot near the end finds stands at the beginning.
  for (let at = slots.length * 2 - 1; at >= 0; at--) {
    const here = at % slots.length
    const next = (at + 1) % slots.length
    others[here] = (slots[next] === slots[here] ? others[next] : slots[next]) as TargetSnapshot
  }
  return others
}
