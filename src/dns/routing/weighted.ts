import type { Tier } from './decision.ts'
import { type Candidate, indicesOf, type Routing } from './policy.ts'

/**
 * One record set by lot: probability = weight / sum of the weights that take part.
 *
 * | weights above 0           | weights of 0  | by lot among                                        |
 * |---------------------------|---------------|-----------------------------------------------------|
 * | some healthy              | any           | the healthy ones above 0                            |
 * | none healthy, or none     | some healthy  | the healthy ones of 0, all alike                    |
 * | some, none healthy        | none healthy  | all above 0, as if they were healthy                |
 * | none                      | none healthy  | all of 0, all alike                                 |
 */
export function weighted(candidates: readonly Candidate[], salt: number): Routing {
  const tier = (healthy: boolean, isZero: boolean): Tier =>
    tierOf(
      candidates,
      indicesOf(candidates).filter(index => {
        const candidate = candidates[index]
        return (
          candidate?.isPresent === true &&
          candidate.healthy === healthy &&
          (weightOf(candidate) === 0) === isZero
        )
      }),
    )
  const all = [tier(true, false), tier(true, true), tier(false, false), tier(false, true)]
  const tiers = all.filter(({ branches }) => branches.length > 0)
  const reason = reasons[all.findIndex(one => one === tiers[0])] ?? 'there is no record'
  return { choice: { kind: 'weighted', tiers, salt }, reason }
}

const reasons = [
  'by weight among the healthy',
  'none of weight above 0 is healthy: among the healthy of weight 0, all alike',
  'last resort, none is healthy: by weight among all',
  'last resort, none is healthy and all have weight 0: all alike',
]

function tierOf(candidates: readonly Candidate[], branches: readonly number[]): Tier {
  let sum = 0
  const sums = branches.map(index => {
    const candidate = candidates[index]
    // Weights of 0 share alike.
    sum += (candidate === undefined ? 0 : weightOf(candidate)) || 1
    return sum
  })
  return { branches, sums }
}

function weightOf({ record }: Candidate): number {
  return record.Weight ?? 0
}
