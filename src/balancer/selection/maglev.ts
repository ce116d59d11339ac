import { nameHash } from './flow-hash.ts'

/**
 * Table sizes; primes, so that every step visits every slot. Maglev (NSDI 2016, section 3.4) wants more than 100 slots a target for an
 * imbalance near 1 %. The size follows from the number of registered targets, not of healthy ones: a failure must not
 * change it, since another size moves every flow.
 */
const tableSizes = [4_093, 16_381, 65_537] as const

const slotsPerTarget = 100

export function maglevTableSize(registeredTargets: number): number {
  return tableSizes.find(size => size >= registeredTargets * slotsPerTarget) ?? tableSizes[2]
}

/** Each target walks the slots in an order of its own. */
const offsetSeed = 0x6f666673
const stepSeed = 0x73746570

const empty = 0xffff

/**
 * Maglev's table: slot → index in `keys`. In turns, every target takes the next free slot of its own order, so all get the same share, and
 * a target more or less leaves most slots as they were. `keys` must be distinct; their order breaks ties, so give them sorted.
 * With `weights`, one for each key and above 0, the heaviest takes every turn and another as many as its weight is of the heaviest's.
 */
export function maglevTable(keys: readonly string[], size: number, weights?: readonly number[]): Uint16Array {
  // Of one target, every slot: the last that is left is needed at once.
  if (keys.length === 1) return new Uint16Array(size)
  const table = new Uint16Array(size).fill(empty)
  if (keys.length === 0) return table
  const next = Uint32Array.from(keys, key => nameHash(key, offsetSeed) % size)
  const steps = Uint32Array.from(keys, key => 1 + (nameHash(key, stepSeed) % (size - 1)))
  const shares = Float64Array.from(keys, (_, i) => weights?.[i] ?? 1)
  const heaviest = shares.reduce((most, share) => Math.max(most, share), 0)
  const credits = new Float64Array(keys.length)
  for (let filled = 0; ; ) {
    for (let i = 0; i < keys.length; i++) {
      const credit = (credits[i] as number) + (shares[i] as number)
      if (credit < heaviest) {
        credits[i] = credit
        continue
      }
      credits[i] = credit - heaviest
      const step = steps[i] as number
      let slot = next[i] as number
      while (table[slot] !== empty) slot = (slot + step) % size
      table[slot] = i
      next[i] = (slot + step) % size
      if (++filled === size) return table
    }
  }
}
