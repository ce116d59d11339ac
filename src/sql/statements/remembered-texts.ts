const textMax = 2_000
const keptMax = 500

/**
 * The same pure function, which remembers what it said of the texts that come again, such as those of a dashboard or a connection pool. What it throws is not
 * remembered. Of long texts nothing is: they are seldom sent twice.
 */
export function rememberedByText<T extends object>(read: (text: string) => T): (text: string) => T {
  const kept = new Map<string, T>()
  return text => {
    const known = kept.get(text)
    if (known !== undefined) return known
    const found = read(text)
    if (text.length > textMax) return found
    if (kept.size >= keptMax) {
      // The oldest goes: a map keeps the order of insertion.
      const oldest = kept.keys().next().value
      if (oldest !== undefined) kept.delete(oldest)
    }
    kept.set(text, found)
    return found
  }
}
