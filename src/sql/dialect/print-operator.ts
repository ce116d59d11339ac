import type { A_Expr, Node } from 'libpg-query'
import { EverportError } from '../../base/errors.ts'
import { literal } from '../../base/sql-text.ts'
import {
  isArrayNode,
  isDate,
  isFloat,
  isInterval,
  isItem,
  isJson,
  isNullConstant,
  isText,
  isTime,
} from './node-kind.ts'
import { typedAsSum } from './numeric-outputs.ts'
import { numberOf, textOf } from './print-constant.ts'
import { printExpression, printList, printOne } from './print-expression.ts'
import { similarPattern } from './similar-pattern.ts'
import { hasOwnType } from './static-type.ts'
import { lastName, place, type Translation, wordSet } from './translation.ts'

export function printOperator(expression: A_Expr, translation: Translation): string {
  const { kind, name, lexpr, rexpr, location } = expression
  const at = place(location)
  const operator = lastName(name)
  const left = (): string => printOne(lexpr, translation)
  const right = (): string => printOne(rexpr, translation)
  switch (kind) {
    case 'AEXPR_OP':
      if (lexpr === undefined) return at + prefix(operator, right(), location)
      if (operator === '/') return at + printQuotient(left, right, lexpr, rexpr, translation)
      if (operator === '||') return at + printConcatenation(left(), right(), lexpr, rexpr, translation)
      if (operator === '-' && isDate(lexpr) && isDate(rexpr))
        return `${at}CAST((${left()} - ${right()}) AS INTEGER)`
      if (operator === '-' && (isDate(lexpr) || isDate(rexpr)) && hasOwnType([lexpr, rexpr]))
        return `${at}everport_difference(${left()} - ${right()})`
      if (operator === '-' && isTime(lexpr) && isTime(rexpr))
        return `${at}to_microseconds(epoch_us(${left()}) - epoch_us(${right()}))`
      if (operator === '-' && isJson(lexpr) && textOf(rexpr) !== undefined)
        return `${at}everport_json_without(${left()}, ${right()})`
      if (operator === '@>' || operator === '<@') {
        const contained = printJsonContained(operator, left(), right(), lexpr, rexpr)
        if (contained !== undefined) return at + contained
      }
      if (operator === '^') translation.hasQuotient = true
      if ((operator === '*' || operator === '^') && translation.typesOnly)
        return at + typedAsSum(left(), right())
      return at + infix(operator, left(), right(), rexpr, location)
    case 'AEXPR_OP_ANY':
      return at + printAny(operator, left(), rexpr, translation)
    case 'AEXPR_OP_ALL':
      return `${at}(NOT ${printAny(negated(operator), left(), rexpr, translation)})`
    case 'AEXPR_DISTINCT':
      return `${at}(${left()} IS DISTINCT FROM ${right()})`
    case 'AEXPR_NOT_DISTINCT':
      return `${at}(${left()} IS NOT DISTINCT FROM ${right()})`
    case 'AEXPR_NULLIF':
      return `${at}nullif(${left()}, ${right()})`
    case 'AEXPR_IN':
      return `${at}(${left()} ${operator === '<>' ? 'NOT ' : ''}IN (${printList(itemsOf(rexpr), translation)}))`
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE': {
      const word = `${operator.startsWith('!') ? 'NOT ' : ''}${kind === 'AEXPR_ILIKE' ? 'ILIKE' : 'LIKE'}`
      return `${at}(${left()} ${word} ${printPattern(rexpr, translation)})`
    }
    case 'AEXPR_SIMILAR':
      return at + printSimilar(operator, left(), rexpr, translation)
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN':
    case 'AEXPR_BETWEEN_SYM':
    case 'AEXPR_NOT_BETWEEN_SYM':
      return at + printBetween(kind, left(), itemsOf(rexpr), translation)
    default:
      throw unknownOperator(operator, location)
  }
}

export function itemsOf(node: Node | undefined): readonly Node[] {
  return node !== undefined && 'List' in node ? (node.List.items ?? []) : []
}

/** A text and nothing is text; an array and one item is an array. */
function printConcatenation(
  left: string,
  right: string,
  leftNode: Node | undefined,
  rightNode: Node | undefined,
  translation: Translation,
): string {
  const isQuoted = textOf(leftNode) !== undefined || textOf(rightNode) !== undefined
  // The engine forgets the type of what is null in any case.
  if (isQuoted && (isNullConstant(leftNode) || isNullConstant(rightNode))) return 'CAST(NULL AS VARCHAR)'
  if (isArrayNode(leftNode) && isItem(rightNode)) return `list_append(${left}, ${right})`
  if (isItem(leftNode) && isArrayNode(rightNode)) return `list_prepend(${left}, ${right})`
  if (isJson(leftNode) && (isJson(rightNode) || textOf(rightNode) !== undefined))
    return `everport_json_joined(CAST(${left} AS JSON), CAST(${right} AS JSON))`
  if (!isText(leftNode) && !isText(rightNode) && !isArrayNode(rightNode)) {
    translation.hasConcatenation = true
    if (translation.appendsItems) return `(${left} || [${right}])`
  }
  return `(${beside(rightNode, left, leftNode)} || ${beside(leftNode, right, rightNode)})`
}

/** Beside a text, a double and an interval are written as PostgreSQL writes them where the statement says that they are such. */
function beside(other: Node | undefined, value: string, node: Node | undefined): string {
  return isText(other) && (isInterval(node) || isFloat(node)) ? `everport_text(${value})` : value
}

/** Where it is plain that JSON is meant; arrays have the same operators. */
function printJsonContained(
  operator: string,
  left: string,
  right: string,
  leftNode: Node | undefined,
  rightNode: Node | undefined,
): string | undefined {
  if (!isJson(leftNode) && !isJson(rightNode)) return undefined
  const [whole, part] = operator === '@>' ? [left, right] : [right, left]
  return `json_contains(CAST(${whole} AS JSON), CAST(${part} AS JSON))`
}

function printQuotient(
  left: () => string,
  right: () => string,
  leftNode: Node | undefined,
  rightNode: Node | undefined,
  translation: Translation,
): string {
  translation.hasQuotient = true
  // The engine only multiplies intervals.
  if (isInterval(leftNode)) return `(${left()} * (1.0 / ${right()}))`
  if (translation.typesOnly) return typedAsSum(left(), right())
  translation.divided++
  const text = infix('/', left(), right(), rightNode, undefined)
  translation.divided--
  return text
}

/** The same in both, and `//` and `==`, which only the engine has. */
const sameInBoth = wordSet('// == + - * = <> < > <= >= || & | << >> -> ->> ^@ @> <@ &&')

/** What stands for a binary operator, by its two sides. */
const rewritten: Readonly<Record<string, (left: string, right: string) => string>> = {
  '/': (left, right) => `everport_divide(${left}, ${right})`,
  '%': (left, right) => `everport_modulo(${left}, ${right})`,
  '^': (left, right) => `everport_power(${left}, ${right})`,
  '#': (left, right) => `xor(${left}, ${right})`,
  '~': (left, right) => `regexp_matches(${left}, ${right})`,
  '!~': (left, right) => `(NOT regexp_matches(${left}, ${right}))`,
  '~*': (left, right) => `regexp_matches(${left}, ${right}, 'i')`,
  '!~*': (left, right) => `(NOT regexp_matches(${left}, ${right}, 'i'))`,
  '~~': (left, right) => `(${left} LIKE ${right} ESCAPE '\\')`,
  '!~~': (left, right) => `(${left} NOT LIKE ${right} ESCAPE '\\')`,
  '~~*': (left, right) => `(${left} ILIKE ${right} ESCAPE '\\')`,
  '!~~*': (left, right) => `(${left} NOT ILIKE ${right} ESCAPE '\\')`,
  '#>': (left, right) => `json_extract(${left}, everport_json_path(${right}))`,
  '#>>': (left, right) => `json_extract_string(${left}, everport_json_path(${right}))`,
  '?|': (left, right) => `list_has_any(json_keys(${left}), ${right})`,
  '?&': (left, right) => `list_has_all(json_keys(${left}), ${right})`,
  '?': (left, right) => `json_exists(${left}, '$."' || ${right} || '"')`,
}

function infix(
  operator: string,
  left: string,
  right: string,
  rightNode: Node | undefined,
  location: number | undefined,
): string {
  // A divisor that is a number other than zero needs no guard.
  if ((operator === '/' || operator === '%') && Number(numberOf(rightNode) ?? 0) !== 0)
    return `(${left} ${operator} ${right})`
  if (sameInBoth.has(operator)) return `(${left} ${operator} ${right})`
  const write = Object.hasOwn(rewritten, operator) ? rewritten[operator] : undefined
  if (write === undefined) throw unknownOperator(operator, location)
  return write(left, right)
}

const prefixes: Readonly<Record<string, (operand: string) => string>> = {
  '-': operand => `(-${operand})`,
  '+': operand => `(+${operand})`,
  '~': operand => `(~${operand})`,
  '@': operand => `abs(${operand})`,
  '|/': operand => `sqrt(${operand})`,
  '||/': operand => `cbrt(${operand})`,
}

function prefix(operator: string, operand: string, location: number | undefined): string {
  const write = Object.hasOwn(prefixes, operator) ? prefixes[operator] : undefined
  if (write === undefined) throw unknownOperator(operator, location)
  return write(operand)
}

function unknownOperator(operator: string, location: number | undefined): EverportError {
  const position = location === undefined || location < 0 ? {} : { position: location + 1 }
  return new EverportError('undefined_function', `operator does not exist: ${operator}`, position)
}

const opposites: Readonly<Record<string, string>> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '>': '<=',
  '<=': '>',
  '>=': '<',
}

/** `x op ALL (array)` is `NOT x opposite ANY (array)`, nulls included. */
function negated(operator: string): string {
  const opposite = opposites[operator]
  if (opposite === undefined) throw unknownOperator(`${operator} ALL`, undefined)
  return opposite
}

function printAny(operator: string, left: string, array: Node | undefined, translation: Translation): string {
  if (array !== undefined && 'A_ArrayExpr' in array && operator === '=') {
    const { elements = [] } = array.A_ArrayExpr
    if (elements.length > 0) return `(${left} IN (${printList(elements, translation)}))`
  }
  const list = textArray(array) ?? printOne(array, translation)
  // The engine makes a query of it, which finds the type of a parameter and is only slow where the array is another in every row.
  if (isParameter(array) && Object.hasOwn(opposites, operator)) return `(${left} ${operator} ANY (${list}))`
  // Constants in quotes become what they are compared with.
  if (operator === '=' && textArray(array)?.includes("'") === true)
    return `(${left} IN (${list.slice(1, -1)}))`
  if (operator === '=') return `everport_any(${list}, ${left})`
  if (operator === '<>') return `everport_any_other(${list}, ${left})`
  const test = infix(operator, left, 'e', undefined, undefined)
  return `everport_or(list_transform(${list}, lambda e: ${test}))`
}

export function isParameter(node: Node | undefined): boolean {
  if (node === undefined) return false
  return 'ParamRef' in node || ('TypeCast' in node && isParameter(node.TypeCast.arg))
}

/** `= ANY ('{1,2}')`: the engine must be told that the text is a list. */
function textArray(node: Node | undefined): string | undefined {
  const text = textOf(node)
  return text === undefined ? undefined : listLiteral(text)
}

/** `{1,"two",NULL}` as a list of texts for the engine, which casts them to what they are compared with. */
export function listLiteral(text: string): string | undefined {
  if (!/^\s*\{[^]*\}\s*$/.test(text)) return undefined
  const inner = text.trim().slice(1, -1)
  const items = [...inner.matchAll(/\s*("(?:[^"\\]|\\.)*"|[^,"{}]+)\s*(?:,|$)/g)].map(
    match => match[1]?.trim() ?? '',
  )
  if (inner.includes('{')) return undefined
  const values = items.map(item => {
    if (item.startsWith('"')) return literal(item.slice(1, -1).replaceAll(/\\(.)/g, '$1'))
    return item.toUpperCase() === 'NULL' ? 'NULL' : literal(item)
  })
  return `[${values.join(', ')}]`
}

/** The pattern and its escape: a backslash unless it says another. Without one, the engine finds a faster way. */
function printPattern(node: Node | undefined, translation: Translation): string {
  if (node !== undefined && 'FuncCall' in node && lastName(node.FuncCall.funcname) === 'like_escape') {
    const [pattern, escape] = node.FuncCall.args ?? []
    return `${printOne(pattern, translation)} ESCAPE ${printOne(escape, translation)}`
  }
  const text = textOf(node)
  if (text !== undefined && !text.includes('\\')) return literal(text)
  return `${printOne(node, translation)} ESCAPE '\\'`
}

function printSimilar(
  operator: string,
  left: string,
  node: Node | undefined,
  translation: Translation,
): string {
  const not = operator.startsWith('!') ? 'NOT ' : ''
  const args = node !== undefined && 'FuncCall' in node ? (node.FuncCall.args ?? []) : []
  const [pattern, escape] = args
  const text = textOf(pattern)
  const escapeText = escape === undefined ? '\\' : textOf(escape)
  if (text !== undefined && escapeText !== undefined)
    return `(${not}regexp_full_match(${left}, ${literal(similarPattern(text, escapeText))}, 's'))`
  if (escape !== undefined) throw unknownOperator('SIMILAR TO … ESCAPE with a computed escape', undefined)
  return `(${not}regexp_full_match(${left}, everport_similar(${printOne(pattern, translation)}), 's'))`
}

function printBetween(
  kind: string,
  value: string,
  bounds: readonly Node[],
  translation: Translation,
): string {
  const [low = 'NULL', high = 'NULL'] = bounds.map(bound => printExpression(bound, translation))
  const not = kind.includes('NOT') ? 'NOT ' : ''
  if (!kind.endsWith('_SYM')) return `(${value} ${not}BETWEEN ${low} AND ${high})`
  return `(${not}((${value} BETWEEN ${low} AND ${high}) OR (${value} BETWEEN ${high} AND ${low})))`
}
