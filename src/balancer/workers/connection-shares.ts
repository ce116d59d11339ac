/** One process among several that share a limit. */
export interface ShareHolder {
  readonly used: number
  /** The most that it may hold itself to: what it was given last, or, until it has said that it knows, the most that it was given before. */
  readonly held: number
  /** It takes a smaller share in the same moment; others may take more until they have answered. */
  readonly isOwn: boolean
}

/**
 * Shares out a limit by what each uses: everybody keeps what he uses, and what is free is shared evenly, so that nobody turns clients away while
 * others have room. Whoever gets less gets it first: at every moment, whatever is on its way, those who keep to the limit do so together
 * too. What is rounded off is nobody's.
 */
export function nextShares(max: number, holders: readonly ShareHolder[]): readonly number[] {
  const free = Math.max(0, max - holders.reduce((sum, { used }) => sum + used, 0))
  const even = Math.floor(free / holders.length)
  const less = holders.map(({ used, held }) => Math.min(held, used + even))
  let left = max - holders.reduce((sum, { held, isOwn }, i) => sum + (isOwn ? (less[i] ?? 0) : held), 0)
  return holders.map(({ used }, i) => {
    const least = less[i] ?? 0
    const more = Math.max(0, Math.min(used + even - least, left))
    left -= more
    return least + more
  })
}
