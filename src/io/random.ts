import { randomFillSync } from 'node:crypto'
import type { Random } from '../base/random.ts'

/** Cryptographic randomness, drawn from the system in blocks. */
export function systemRandom(): Random {
  const block = new Uint32Array(256)
  let next = block.length
  return {
    uint32() {
      if (next === block.length) {
        randomFillSync(block)
        next = 0
      }
      return block[next++] ?? 0
    },
  }
}
