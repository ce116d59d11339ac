/** A mistyped word is short; a long one would only cost time. */
const lettersMax = 64

/** The candidate that a mistyped word most likely meant, or undefined when none is near (more than a third of its letters differ). */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const begun = candidates.filter(candidate => word.length > 1 && candidate.startsWith(word.toLowerCase()))
  if (begun.length === 1) return begun[0]
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(Math.min(word.length, lettersMax) / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Damerau-Levenshtein (optimal string alignment); longer words are cut. */
function editDistance(a: string, b: string): number {
  const [left, right] = [a.slice(0, lettersMax), b.slice(0, lettersMax)]
  let beforePrevious: number[] = []
  let previous = Array.from({ length: right.length + 1 }, (_, i) => i)
  for (let i = 1; i <= left.length; i++) {
    const row = [i]
    for (let j = 1; j <= right.length; j++) {
      const cost = left[i - 1] === right[j - 1] ? 0 : 1
      let least = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) {
        least = Math.min(least, (beforePrevious[j - 2] ?? 0) + 1)
      }
      row.push(least)
    }
    beforePrevious = previous
    previous = row
  }
  return previous[right.length] ?? 0
}
