/**
 * A draw of its own for each routing group out of one draw for the query: 32 bits, uniform when `turn` is. (The finalizer of
 * MurmurHash3, which is a permutation.)
 */
export function mixed(turn: number, salt: number): number {
  let hash = (turn ^ salt) >>> 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** FNV-1a, so that two groups at one query draw apart, the same on every server. */
export function saltOf(text: string): number {
  let hash = 0x811c_9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193)
  return hash >>> 0
}
