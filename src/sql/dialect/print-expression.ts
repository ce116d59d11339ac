import type {
  A_ArrayExpr,
  A_Indirection,
  BooleanTest,
  CaseExpr,
  ColumnRef,
  Node,
  SQLValueFunction,
  SubLink,
} from 'libpg-query'
import { EverportError } from '../../base/errors.ts'
import { identifier, literal } from '../../base/sql-text.ts'
import { printCall } from './print-call.ts'
import { printCast } from './print-cast.ts'
import { printConstant } from './print-constant.ts'
import { printOperator } from './print-operator.ts'
import { printSelect } from './print-select.ts'
import { kindOf, lastName, notSupported, place, stringOf, type Translation } from './translation.ts'

/** An expression for the engine. Whatever has parts stands in parentheses, so that precedence never matters. */
export function printExpression(node: Node, translation: Translation): string {
  if ('ColumnRef' in node) return printColumn(node.ColumnRef, translation)
  if ('A_Const' in node) return place(node.A_Const.location) + printConstant(node.A_Const)
  if ('A_Expr' in node) return printOperator(node.A_Expr, translation)
  if ('FuncCall' in node) return printCall(node.FuncCall, translation)
  if ('TypeCast' in node) return printCast(node.TypeCast, translation)
  if ('ParamRef' in node)
    return place(node.ParamRef.location) + printParameter(node.ParamRef.number ?? 0, translation)
  if ('BoolExpr' in node) {
    const { boolop, args = [] } = node.BoolExpr
    if (boolop === 'NOT_EXPR') return `(NOT ${printList(args, translation)})`
    return `(${args.map(arg => printExpression(arg, translation)).join(boolop === 'OR_EXPR' ? ' OR ' : ' AND ')})`
  }
  if ('NullTest' in node) {
    const { arg, nulltesttype } = node.NullTest
    return `(${printOne(arg, translation)} IS ${nulltesttype === 'IS_NOT_NULL' ? 'NOT ' : ''}NULL)`
  }
  if ('BooleanTest' in node) return printBooleanTest(node.BooleanTest, translation)
  if ('CaseExpr' in node) return printCase(node.CaseExpr, translation)
  if ('CoalesceExpr' in node) return `coalesce(${printList(node.CoalesceExpr.args ?? [], translation)})`
  if ('MinMaxExpr' in node) {
    const { op, args = [] } = node.MinMaxExpr
    return `${op === 'IS_LEAST' ? 'least' : 'greatest'}(${printList(args, translation)})`
  }
  if ('SubLink' in node) return printSubquery(node.SubLink, translation)
  if ('A_ArrayExpr' in node) return printArray(node.A_ArrayExpr, translation)
  if ('A_Indirection' in node) return printIndirection(node.A_Indirection, translation)
  if ('RowExpr' in node) return `ROW(${printList(node.RowExpr.args ?? [], translation)})`
  if ('CollateClause' in node)
    return printCollation(node.CollateClause.arg, node.CollateClause.collname, translation)
  if ('SQLValueFunction' in node) return printValueFunction(node.SQLValueFunction, translation)
  if ('GroupingFunc' in node)
    return `CAST(GROUPING(${printList(node.GroupingFunc.args ?? [], translation)}) AS INTEGER)`
  if ('NamedArgExpr' in node)
    return `${identifier(node.NamedArgExpr.name ?? '')} := ${printOne(node.NamedArgExpr.arg, translation)}`
  if ('JsonObjectConstructor' in node)
    return printJsonObject(node.JsonObjectConstructor.exprs ?? [], translation)
  if ('JsonArrayConstructor' in node)
    return `json_array(${(node.JsonArrayConstructor.exprs ?? []).map(item => printJsonValue(item, translation)).join(', ')})`
  if ('SetToDefault' in node)
    throw new EverportError('syntax_error', 'DEFAULT is not allowed in this context')
  throw notSupported(kindOf(node))
}

export function printList(nodes: readonly Node[], translation: Translation): string {
  return nodes.map(node => printExpression(node, translation)).join(', ')
}

export function printOne(node: Node | undefined, translation: Translation): string {
  return node === undefined ? 'NULL' : printExpression(node, translation)
}

function printColumn(
  { fields = [], location }: ColumnRef,
  { tableOids, replaced, valueRows }: Translation,
): string {
  if (fields.length === 1 && valueRows.has(lastName(fields)))
    return `${place(location)}${identifier(lastName(fields))}."value"`
  if (lastName(fields) === 'tableoid') {
    const table = fields.length === 1 ? Array.from(tableOids.keys()).at(-1) : stringOf(fields.at(-2))
    const oid = tableOids.get(table ?? '')
    if (oid !== undefined) return `CAST(${oid} AS UINTEGER)`
  }
  const isReplaced = fields.length === 3 && replaced.has(`${stringOf(fields[0])}.${stringOf(fields[1])}`)
  const known = isReplaced ? fields.slice(1) : fields
  return (
    place(location) + known.map(field => ('A_Star' in field ? '*' : identifier(stringOf(field)))).join('.')
  )
}

function printParameter(number: number, translation: Translation): string {
  const text = translation.context.parameter(number)
  return translation.parameterless > 0 ? `(SELECT ${text})` : text
}

function printBooleanTest({ arg, booltesttype }: BooleanTest, translation: Translation): string {
  const text = printOne(arg, translation)
  switch (booltesttype) {
    case 'IS_TRUE':
      return `(${text} IS NOT DISTINCT FROM TRUE)`
    case 'IS_NOT_TRUE':
      return `(${text} IS DISTINCT FROM TRUE)`
    case 'IS_FALSE':
      return `(${text} IS NOT DISTINCT FROM FALSE)`
    case 'IS_NOT_FALSE':
      return `(${text} IS DISTINCT FROM FALSE)`
    case 'IS_NOT_UNKNOWN':
      return `(${text} IS NOT NULL)`
    default:
      return `(${text} IS NULL)`
  }
}

function printCase({ arg, args = [], defresult }: CaseExpr, translation: Translation): string {
  const whens = args.flatMap(when => {
    if (!('CaseWhen' in when)) return []
    const { expr, result } = when.CaseWhen
    return [` WHEN ${printOne(expr, translation)} THEN ${printOne(result, translation)}`]
  })
  const subject = arg === undefined ? '' : ` ${printExpression(arg, translation)}`
  const otherwise = defresult === undefined ? '' : ` ELSE ${printExpression(defresult, translation)}`
  return `(CASE${subject}${whens.join('')}${otherwise} END)`
}

function printSubquery(link: SubLink, translation: Translation): string {
  const { subLinkType, testexpr, operName, subselect, location } = link
  if (subselect === undefined || !('SelectStmt' in subselect)) throw notSupported('this subquery', location)
  translation.correlated++
  const query = `(${printSelect(subselect.SelectStmt, translation)})`
  translation.correlated--
  switch (subLinkType) {
    case 'EXISTS_SUBLINK':
      return `EXISTS ${query}`
    case 'ARRAY_SUBLINK':
      return `ARRAY ${query}`
    case 'EXPR_SUBLINK':
      return place(location) + query
    case 'ANY_SUBLINK':
      if (operName === undefined) return `(${printOne(testexpr, translation)} IN ${query})`
      return `(${printOne(testexpr, translation)} ${lastName(operName)} ANY ${query})`
    case 'ALL_SUBLINK':
      return `(${printOne(testexpr, translation)} ${lastName(operName)} ALL ${query})`
    default:
      throw notSupported('this subquery', location)
  }
}

function printArray({ elements = [] }: A_ArrayExpr, translation: Translation): string {
  return `[${printList(elements, translation)}]`
}

/** `(composite).field`, `array[1]`, `array[2:3]`: counted from 1 in both languages. */
function printIndirection({ arg, indirection = [] }: A_Indirection, translation: Translation): string {
  let text = `(${printOne(arg, translation)})`
  for (const step of indirection) {
    if ('String' in step) text = `(${text}).${identifier(stringOf(step))}`
    else if ('A_Indices' in step) {
      const { is_slice, lidx, uidx } = step.A_Indices
      const bound = (node: Node | undefined): string =>
        node === undefined ? '' : printExpression(node, translation)
      text += is_slice === true ? `[${bound(lidx)}:${bound(uidx)}]` : `[${bound(uidx)}]`
    } else throw notSupported('expanding a row')
  }
  return text
}

const plainCollations: ReadonlySet<string> = new Set([
  'C',
  'POSIX',
  'default',
  'ucs_basic',
  'C.UTF-8',
  'C.utf8',
])

/** Text is compared by its bytes, which is what these collations say. */
function printCollation(
  arg: Node | undefined,
  names: readonly Node[] | undefined,
  translation: Translation,
): string {
  const name = lastName(names)
  if (plainCollations.has(name)) return printOne(arg, translation)
  throw new EverportError('undefined_object', `collation "${name}" for encoding "UTF8" does not exist`)
}

function printValueFunction({ op, location }: SQLValueFunction, translation: Translation): string {
  return place(location) + valueFunction(op ?? '', translation)
}

function valueFunction(op: string, { context, functions }: Translation): string {
  switch (op.replace(/_N$/, '').replace('SVFOP_', '')) {
    case 'CURRENT_DATE':
      functions.add('now')
      return 'CAST(now() AS DATE)'
    case 'CURRENT_TIMESTAMP':
      functions.add('now')
      return 'now()'
    case 'CURRENT_TIME':
      functions.add('now')
      return 'CAST(now() AS TIMETZ)'
    case 'LOCALTIME':
      functions.add('now')
      return 'CAST(CAST(now() AS TIMESTAMP) AS TIME)'
    case 'LOCALTIMESTAMP':
      functions.add('now')
      return 'CAST(now() AS TIMESTAMP)'
    case 'SESSION_USER':
      return literal(context.sessionUser)
    case 'CURRENT_CATALOG':
      return 'current_database()'
    case 'CURRENT_SCHEMA':
      return 'current_schema()'
    default:
      return literal(context.currentUser)
  }
}

function printJsonObject(pairs: readonly Node[], translation: Translation): string {
  const parts = pairs.flatMap(pair => {
    if (!('JsonKeyValue' in pair)) return []
    const { key, value } = pair.JsonKeyValue
    return [`${printOne(key, translation)}, ${printOne(value?.raw_expr, translation)}`]
  })
  return `json_object(${parts.join(', ')})`
}

function printJsonValue(item: Node, translation: Translation): string {
  return 'JsonValueExpr' in item
    ? printOne(item.JsonValueExpr.raw_expr, translation)
    : printExpression(item, translation)
}
