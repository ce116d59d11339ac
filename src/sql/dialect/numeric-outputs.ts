import type { Node, SelectStmt } from 'libpg-query'
import { integerOf } from './print-constant.ts'
import { lastName, wordSet } from './translation.ts'

/**
 * Averages and quotients of integers and decimals are numeric in PostgreSQL. The engine computes them as doubles, and so they are computed here, fast and without
 * overflow; but the client is told that they are numeric. Which those are depends on the types of columns, which only the engine knows: it binds the statement once more,
 * with sums in their place. A sum is a double where one of its terms is, and else a decimal or an integer, as PostgreSQL's quotient is.
 */
export const averages = wordSet('avg stddev stddev_pop stddev_samp variance var_pop var_samp')

/** They are numeric where an argument is and none is a double. */
export const powers = wordSet('power pow exp ln sqrt')

/** With two arguments they give numeric with as many digits as the second says. */
export const rounds = wordSet('round trunc')

export function typedAsSum(left: string, right: string): string {
  return `(${left} + ${right})`
}

/** The outputs that the statement itself rounds: digits behind the point by the index of the output. */
export function outputScales(query: SelectStmt): ReadonlyMap<number, number> {
  const scales = new Map<number, number>()
  const targets = query.targetList ?? []
  // Nobody knows here how many columns a star is.
  if (targets.some(target => 'ResTarget' in target && isStar(target.ResTarget.val))) return scales
  for (const [i, target] of targets.entries()) {
    const scale = 'ResTarget' in target ? roundedTo(target.ResTarget.val) : undefined
    if (scale !== undefined) scales.set(i, scale)
  }
  return scales
}

/** More is not shown: a double has no such digits. */
const scaleMax = 30

function roundedTo(node: Node | undefined): number | undefined {
  if (node === undefined || !('FuncCall' in node) || !rounds.has(lastName(node.FuncCall.funcname)))
    return undefined
  const scale = integerOf(node.FuncCall.args?.[1])
  return scale === undefined || scale < 0 || scale > scaleMax ? undefined : scale
}

function isStar(node: Node | undefined): boolean {
  if (node === undefined || !('ColumnRef' in node)) return false
  const last = node.ColumnRef.fields?.at(-1)
  return last !== undefined && 'A_Star' in last
}
