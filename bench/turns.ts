/**
 * In a turn each way is measured once, for about a second, one right after the other: the speed of a machine that it shares with others changes
 * within minutes by more than ways differ by. So a way is compared with another within each turn, and what is told is the middle of those
 * ratios and how far they spread. The order is another one each turn, so that nobody always comes first or always after the same.
 */
export function orderOfTurn<T>(ways: readonly T[], turn: number): readonly T[] {
  const order = ways.map((_, i) => ways[(i + turn) % ways.length] as T)
  return turn % 2 === 0 ? order : order.toReversed()
}

/** The middle, and the quarters that half of all lie between. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** Of one way to another: values of the same turns. */
export function ratioOfTurns(some: readonly number[], others: readonly number[]): Spread {
  return spread(some.map((value, turn) => value / (others[turn] ?? Number.NaN)))
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => {
    const place = (sorted.length - 1) * share
    const [below, above] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN]
    return below + (above - below) * (place - Math.floor(place))
  }
  return { median: at(0.5), low: at(0.25), high: at(0.75) }
}

/** The geometric mean of several measures, turn by turn. */
export function meanOfMeasures(measures: readonly (readonly number[])[]): number[] {
  const [first = []] = measures
  return first.map(
    (_, turn) =>
      measures.reduce((product, values) => product * (values[turn] ?? Number.NaN), 1) **
      (1 / measures.length),
  )
}
