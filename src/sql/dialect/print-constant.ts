import type { A_Const, Node } from 'libpg-query'
import { literal } from '../../base/sql-text.ts'

export function printConstant(constant: A_Const): string {
  if (constant.isnull === true) return 'NULL'
  if (constant.ival !== undefined) return String(constant.ival.ival ?? 0)
  if (constant.fval !== undefined) return printNumber(constant.fval.fval ?? '0')
  if (constant.boolval !== undefined) return constant.boolval.boolval === true ? 'TRUE' : 'FALSE'
  if (constant.bsval !== undefined) return printBits(constant.bsval.bsval ?? 'b')
  return literal(constant.sval?.sval ?? '')
}

const decimalDigitsMax = 38

/** A number with a point or exponent is numeric in PostgreSQL; the engine takes one with an exponent for a double. */
function printNumber(text: string): string {
  // The engine reads a minus apart, and what is behind it takes eight bytes.
  if (text === '-2147483648') return 'CAST(-2147483648 AS INTEGER)'
  const plain = withoutExponent(text.replaceAll('_', ''))
  if (plain === undefined) return `CAST('${text}' AS DOUBLE)`
  const [whole = '', fraction] = plain.split('.')
  const digits = whole.replace(/^-?0*/, '').length + (fraction?.length ?? 0)
  if (digits > decimalDigitsMax) return `CAST('${text}' AS DOUBLE)`
  if (fraction === undefined)
    return fitsInt8(plain) ? plain : `CAST(${literal(plain)} AS DECIMAL(${decimalDigitsMax}, 0))`
  return `CAST(${literal(plain)} AS DECIMAL(${Math.max(digits, fraction.length, 1)}, ${fraction.length}))`
}

/** `1.5e3` as `1500`; undefined when that takes too many digits. PostgreSQL keeps `1e3` numeric, never an integer. */
function withoutExponent(text: string): string | undefined {
  const match = /^(-?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponentText] = match
  if (exponentText === undefined && !text.includes('.')) return text
  const exponent = Number(exponentText ?? 0)
  if (Math.abs(exponent) > decimalDigitsMax) return undefined
  const digits = whole + fraction
  const point = whole.length + exponent
  const before = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0')
  const behind = point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point)
  return `${sign}${before === '' ? '0' : before}.${behind}`
}

function fitsInt8(text: string): boolean {
  const value = BigInt(text)
  return value >= -(2n ** 63n) && value < 2n ** 63n
}

/** The parser gives `b101` and `x1F`. */
function printBits(text: string): string {
  const digits = text.slice(1)
  const bits = text.startsWith('x')
    ? Array.from(digits, digit => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('')
    : digits
  return `CAST('${bits}' AS BIT)`
}

/** The integer that a node stands for, when it is a constant. */
export function integerOf(node: Node | undefined): number | undefined {
  if (node === undefined || !('A_Const' in node)) return undefined
  const { ival, isnull } = node.A_Const
  return ival === undefined || isnull === true ? undefined : (ival.ival ?? 0)
}

/** The text that a node stands for, when it is a constant in quotes. */
export function textOf(node: Node | undefined): string | undefined {
  if (node === undefined || !('A_Const' in node)) return undefined
  const { sval } = node.A_Const
  return sval === undefined ? undefined : (sval.sval ?? '')
}

/** The number that a node stands for, as written, when it is a numeric constant. */
export function numberOf(node: Node | undefined): string | undefined {
  if (node === undefined || !('A_Const' in node)) return undefined
  const { ival, fval } = node.A_Const
  return fval === undefined ? (ival === undefined ? undefined : String(ival.ival ?? 0)) : fval.fval
}
