/**
 * Whether a text fits a pattern in which `*` stands for any characters, none among them, and `?` for exactly one (ALB guide, "Rule
 * conditions"). Takes time in proportion to both lengths at worst, whatever the pattern: it never goes back by more than one `*`.
 */
export function fitsWildcard(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let resumeAt = 0
  while (t < text.length) {
    const sign = pattern[p]
    if (sign === '*') {
      star = p++
      resumeAt = t
    } else if (sign === '?' || sign === text[t]) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++resumeAt
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
