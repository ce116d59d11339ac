import type { Node } from 'libpg-query'
import { numberOf, textOf } from './print-constant.ts'
import { isArray, typeNameOf } from './print-type.ts'
import { lastName, wordSet } from './translation.ts'

/** What a node is by its own text, whatever the types of columns are. */
function castType(node: Node | undefined): string | undefined {
  if (node === undefined || !('TypeCast' in node) || node.TypeCast.typeName === undefined) return undefined
  const type = node.TypeCast.typeName
  return isArray(type) ? 'array' : typeNameOf(type)
}

export function isNullConstant(node: Node | undefined): boolean {
  return node !== undefined && 'A_Const' in node && node.A_Const.isnull === true
}

export function isArrayNode(node: Node | undefined): boolean {
  return (node !== undefined && 'A_ArrayExpr' in node) || castType(node) === 'array'
}

/** A constant that is no array: text in quotes is not known to be none. */
export function isItem(node: Node | undefined): boolean {
  return numberOf(node) !== undefined
}

/** Also what arithmetic gives that has an interval or a timestamp in it. */
export function isInterval(node: Node | undefined): boolean {
  if (node === undefined) return false
  if ('FuncCall' in node) return intervalFunctions.has(lastName(node.FuncCall.funcname))
  if (!('A_Expr' in node)) return castType(node) === 'interval'
  const { name, lexpr, rexpr } = node.A_Expr
  switch (lastName(name)) {
    case '-':
      return isTimestamp(rexpr) || ((lexpr === undefined || isInterval(lexpr)) && isInterval(rexpr))
    case '+':
      return isInterval(lexpr) && isInterval(rexpr)
    case '*':
      return isInterval(lexpr) || isInterval(rexpr)
    case '/':
      return isInterval(lexpr)
    default:
      return false
  }
}

const intervalFunctions = wordSet('age make_interval justify_days justify_hours justify_interval')

function isTimestamp(node: Node | undefined): boolean {
  if (node === undefined) return false
  if ('SQLValueFunction' in node) return /TIMESTAMP/.test(node.SQLValueFunction.op ?? '')
  if ('FuncCall' in node) return lastName(node.FuncCall.funcname) === 'now'
  return /^timestamp(tz)?$/.test(castType(node) ?? '')
}

export function isFloat(node: Node | undefined): boolean {
  return /^float[48]$/.test(castType(node) ?? '')
}

export function isTime(node: Node | undefined): boolean {
  return castType(node) === 'time'
}

/** What is text whatever columns are: in quotes, cast to text, or put together with such. */
export function isText(node: Node | undefined): boolean {
  if (node === undefined) return false
  if (textOf(node) !== undefined || /^(text|varchar|bpchar)$/.test(castType(node) ?? '')) return true
  if (!('A_Expr' in node) || lastName(node.A_Expr.name) !== '||') return false
  return isText(node.A_Expr.lexpr) || isText(node.A_Expr.rexpr)
}

/** A cast to JSON, or the text of an object. */
export function isJson(node: Node | undefined): boolean {
  return /^jsonb?$/.test(castType(node) ?? '') || /^\s*\{\s*"[^]*":[^]*\}\s*$/.test(textOf(node) ?? '')
}

export function isDate(node: Node | undefined): boolean {
  if (node !== undefined && 'FuncCall' in node && /^(min|max)$/.test(lastName(node.FuncCall.funcname)))
    return isDate(node.FuncCall.args?.[0])
  return (
    castType(node) === 'date' ||
    (node !== undefined && 'SQLValueFunction' in node && node.SQLValueFunction.op === 'SVFOP_CURRENT_DATE')
  )
}
