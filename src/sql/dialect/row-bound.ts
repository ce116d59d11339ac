import type { Node, SelectStmt } from 'libpg-query'
import { callName, isSetReturning } from './print-call.ts'
import { integerOf } from './print-constant.ts'
import { wordSet } from './translation.ts'

/**
 * How many rows a query can have at most, where its text alone shows it: LIMIT, aggregates without GROUP BY, VALUES, no FROM. Undefined when it does not.
 */
export function rowBound(query: SelectStmt): number | undefined {
  const own = ownBound(query)
  const limit = integerOf(query.limitCount)
  if (limit === undefined || query.limitOption === 'LIMIT_OPTION_WITH_TIES') return own
  return own === undefined ? limit : Math.min(own, limit)
}

function ownBound(query: SelectStmt): number | undefined {
  if (query.op !== undefined && query.op !== 'SETOP_NONE') {
    const left = query.larg === undefined ? undefined : rowBound(query.larg)
    const right = query.rarg === undefined ? undefined : rowBound(query.rarg)
    return left === undefined || right === undefined ? undefined : left + right
  }
  if (query.valuesLists !== undefined) return query.valuesLists.length
  const targets = query.targetList ?? []
  if (targets.some(target => someCall(target, call => isSetReturning(call)))) return undefined
  if (query.groupClause !== undefined) return undefined
  if (query.fromClause === undefined) return 1
  return targets.some(target => someCall(target, (call, isWindow) => aggregates.has(call) && !isWindow))
    ? 1
    : undefined
}

const aggregates =
  wordSet(`count sum avg min max every bool_and bool_or array_agg string_agg json_agg jsonb_agg json_object_agg
  stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp bit_and bit_or percentile_cont percentile_disc mode`)

/** Whether a call in this part of the tree, not in a subquery of it, is of the kind asked for. */
function someCall(node: unknown, is: (name: string, isWindow: boolean) => boolean): boolean {
  if (Array.isArray(node)) return node.some(item => someCall(item, is))
  if (typeof node !== 'object' || node === null || 'SelectStmt' in node) return false
  if ('FuncCall' in node) {
    const call = (node as Extract<Node, { FuncCall: unknown }>).FuncCall
    if (is(callName(call), call.over !== undefined)) return true
  }
  return Object.values(node).some(value => someCall(value, is))
}
