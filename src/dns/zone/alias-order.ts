/** Alias of an alias of an alias … : as deep as Route 53's own trees go. */
export const aliasDepthMax = 8

export interface AliasOrder {
  /** Every group, after those that its aliases lead to. */
  readonly order: readonly string[]
  /** Whether an alias lies on a circle, or between two: it leads nowhere. */
  isCircular(from: string, to: string): boolean
}

type Edges = ReadonlyMap<string, ReadonlySet<string>>

/** `edges`: of every group, the groups that its aliases lead to. No recursion: a chain may be as long as a zone. */
export function aliasOrder(edges: Edges): AliasOrder {
  const first = peeled(edges)
  if (first.left.size === 0) return { order: first.order, isCircular: () => false }
  // What is left reaches a circle; of that, what a circle reaches.
  const { left: circular } = peeled(reversed(within(edges, first.left)))
  const isCircular = (from: string, to: string): boolean => circular.has(from) && circular.has(to)
  const straight = [...edges].map(
    ([from, targets]) => [from, new Set([...targets].filter(to => !isCircular(from, to)))] as const,
  )
  return { order: peeled(new Map(straight)).order, isCircular }
}

/** Takes away, again and again, what leads to nothing that is left. */
function peeled(edges: Edges): { readonly order: readonly string[]; readonly left: ReadonlySet<string> } {
  const waits = new Map<string, number>()
  for (const [from, targets] of edges) waits.set(from, targets.size)
  const back = reversed(edges)
  const order = [...edges.keys()].filter(key => waits.get(key) === 0)
  for (const key of order) {
    for (const from of back.get(key) ?? []) {
      const count = (waits.get(from) ?? 0) - 1
      waits.set(from, count)
      if (count === 0) order.push(from)
    }
  }
  const left = new Set(edges.keys())
  for (const key of order) left.delete(key)
  return { order, left }
}

function within(edges: Edges, keys: ReadonlySet<string>): Edges {
  return new Map([...keys].map(key => [key, new Set([...(edges.get(key) ?? [])].filter(to => keys.has(to)))]))
}

function reversed(edges: Edges): Map<string, Set<string>> {
  const back = new Map<string, Set<string>>()
  for (const key of edges.keys()) back.set(key, new Set())
  for (const [from, targets] of edges) for (const to of targets) back.get(to)?.add(from)
  return back
}
