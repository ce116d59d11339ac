/** A source of randomness. `uint32` is uniform over 0 … 2^32 - 1. */
export interface Random {
  uint32(): number
}

/** Uniform in 0 (inclusive) … 1 (exclusive). */
export function fraction(random: Random): number {
  return random.uint32() / 0x1_0000_0000
}

/** Uniform whole number in 0 … bound - 1; 0 when the bound is 1 or less. */
export function below(random: Random, bound: number): number {
  return Math.floor(fraction(random) * bound)
}

/** One element, or undefined of an empty list. */
export function choose<T>(random: Random, items: readonly T[]): T | undefined {
  return items[below(random, items.length)]
}

/** A shuffled copy (Fisher and Yates). */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    const j = below(random, i + 1)
    const [a, b] = [result[i] as T, result[j] as T]
    result[i] = b
    result[j] = a
  }
  return result
}

/** Deterministic randomness (mulberry32): the same seed gives the same sequence. Not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return {
    uint32() {
      state = (state + 0x6d2b79f5) >>> 0
      let t = Math.imul(state ^ (state >>> 15), state | 1)
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
      return (t ^ (t >>> 14)) >>> 0
    },
  }
}
