/** HTTP status codes that pass, as closed ranges. */
export type StatusMatcher = readonly (readonly [from: number, to: number])[]

/** AWS's `Matcher.HttpCode`: "200", "200,202" or "200-399". Undefined when the text is none of these. */
export function parseStatusMatcher(text: string): StatusMatcher | undefined {
  const ranges: [number, number][] = []
  for (const part of text.split(',')) {
    const found = /^\s*(\d{3})(?:-(\d{3}))?\s*$/.exec(part)
    if (found === null) return undefined
    const from = Number(found[1])
    const to = Number(found[2] ?? found[1])
    if (from > to) return undefined
    ranges.push([from, to])
  }
  return ranges
}

export function matchesStatus(matcher: StatusMatcher, status: number): boolean {
  return matcher.some(([from, to]) => status >= from && status <= to)
}
