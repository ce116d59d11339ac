import type { Node } from 'libpg-query'
import { integerOf } from './print-constant.ts'
import { typeNameOf } from './print-type.ts'
import { lastName, wordSet } from './translation.ts'

/** Functions whose value is an integer of four bytes in PostgreSQL, and of eight in the engine. */
export const giveInteger =
  wordSet(`length char_length character_length octet_length bit_length position strpos ascii cardinality
  array_ndims ntile array_length array_upper array_lower array_position regexp_count json_array_length jsonb_array_length`)

/** Functions that give an integer of four bytes for such ones, where the engine gives one of eight. */
export const givesSameInteger = wordSet('gcd lcm')

/**
 * Whether a value is an integer of at most four bytes by its text alone: false where it depends on the type of a column. PostgreSQL's sum of such is of eight bytes, where the
 * engine's is as wide as it goes.
 */
export function isInteger(node: Node | undefined): boolean {
  if (node === undefined) return false
  if (integerOf(node) !== undefined) return true
  if ('TypeCast' in node) {
    const { typeName } = node.TypeCast
    const isArray = (typeName?.arrayBounds ?? []).length > 0
    return typeName !== undefined && !isArray && /^int[24]$/.test(typeNameOf(typeName))
  }
  if ('FuncCall' in node) {
    const name = lastName(node.FuncCall.funcname)
    return (
      giveInteger.has(name) || (givesSameInteger.has(name) && (node.FuncCall.args ?? []).every(isInteger))
    )
  }
  if ('CaseExpr' in node) {
    const { args = [], defresult } = node.CaseExpr
    const results = args.map(arg => ('CaseWhen' in arg ? arg.CaseWhen.result : undefined))
    return [...results, ...(defresult === undefined ? [] : [defresult])].every(isIntegerOrNull)
  }
  return false
}

/**
 * Whether the engine can say the type of an argument before it binds what is around it: no calls, which may be aggregates, no parameters, no subqueries.
 */
export function hasOwnType(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return true
  return Object.entries(node).every(([kind, body]) => !typelessKinds.has(kind) && hasOwnType(body))
}

const typelessKinds = wordSet('FuncCall ParamRef SubLink GroupingFunc A_Star')

function isIntegerOrNull(node: Node | undefined): boolean {
  return node !== undefined && (('A_Const' in node && node.A_Const.isnull === true) || isInteger(node))
}
