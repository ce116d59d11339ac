import type { Node } from 'libpg-query'
import { numberOf, textOf } from './print-constant.ts'
import { isArray, typeNameOf } from './print-type.ts'

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

export function isInterval(node: Node | undefined): boolean {
  return castType(node) === 'interval'
}

/** A cast to JSON, or the text of an object. */
export function isJson(node: Node | undefined): boolean {
  return /^jsonb?$/.test(castType(node) ?? '') || /^\s*\{\s*"[^]*":[^]*\}\s*$/.test(textOf(node) ?? '')
}

export function isDate(node: Node | undefined): boolean {
  return (
    castType(node) === 'date' ||
    (node !== undefined && 'SQLValueFunction' in node && node.SQLValueFunction.op === 'SVFOP_CURRENT_DATE')
  )
}
