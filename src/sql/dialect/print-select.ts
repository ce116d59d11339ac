import type { CommonTableExpr, Node, SelectStmt, SortBy, WithClause } from 'libpg-query'
import { EverportError } from '../../base/errors.ts'
import { identifier } from '../../base/sql-text.ts'
import { outputName } from './output-name.ts'
import { printRegisteredName } from './print-cast.ts'
import { integerOf } from './print-constant.ts'
import { printExpression, printList } from './print-expression.ts'
import { printFrom } from './print-from.ts'
import { printNamedWindow } from './print-window.ts'
import { lastName, notSupported, place, stringOf, type Translation } from './translation.ts'

/** SELECT, VALUES, TABLE, and what UNION makes of them. Names of CTEs are in scope only inside. */
export function printSelect(query: SelectStmt, translation: Translation): string {
  const scope = translation.ctes.length
  const { valueRows } = translation
  const withClause = query.withClause === undefined ? '' : printWith(query.withClause, translation)
  try {
    return withClause + printBody(query, translation)
  } finally {
    translation.ctes.length = scope
    translation.valueRows = valueRows
  }
}

function printBody(query: SelectStmt, translation: Translation): string {
  const lock = query.lockingClause?.[0]
  if (lock !== undefined && 'LockingClause' in lock) {
    const strength = (lock.LockingClause.strength ?? '').replace('LCS_FOR', 'FOR ')
    const words = strength.replace('NOKEY', 'NO KEY ').replace('KEYSHARE', 'KEY SHARE')
    throw new EverportError('read_only', `cannot execute SELECT ${words} in a read-only transaction`)
  }
  if (query.intoClause !== undefined)
    throw new EverportError('read_only', 'cannot execute SELECT INTO in a read-only transaction')
  const isSet = query.op !== undefined && query.op !== 'SETOP_NONE'
  const rows = isSet
    ? printSetOperation(query, translation)
    : query.valuesLists === undefined
      ? printSimple(query, translation)
      : printValues(query.valuesLists, translation)
  return (
    rows +
    printTies(query, isSet, translation) +
    printOrder(query, translation) +
    printLimit(query, translation)
  )
}

function printSetOperation(query: SelectStmt, translation: Translation): string {
  const word = { SETOP_UNION: 'UNION', SETOP_INTERSECT: 'INTERSECT', SETOP_EXCEPT: 'EXCEPT', SETOP_NONE: '' }
  const side = (part: SelectStmt | undefined): string =>
    part === undefined ? '' : `(${printSelect(part, translation)})`
  const all = query.all === true ? ' ALL' : ''
  translation.setOperations++
  const [left, right] = [side(query.larg), side(query.rarg)]
  translation.setOperations--
  return `${left} ${word[query.op ?? 'SETOP_NONE']}${all} ${right}`
}

function printSimple(query: SelectStmt, translation: Translation): string {
  const targets = query.targetList ?? []
  const from = (query.fromClause ?? []).map(item => printFrom(item, translation))
  const parts = [`SELECT ${printDistinct(query, translation)}${printTargets(targets, translation)}`]
  if (from.length > 0) parts.push(`FROM ${from.join(', ')}`)
  if (query.whereClause !== undefined) parts.push(`WHERE ${printExpression(query.whereClause, translation)}`)
  if (query.groupClause !== undefined) parts.push(`GROUP BY ${printGrouping(query.groupClause, translation)}`)
  if (query.havingClause !== undefined)
    parts.push(`HAVING ${printExpression(query.havingClause, translation)}`)
  const windows = (query.windowClause ?? []).map(node => printNamedWindow(node, translation))
  if (windows.length > 0) parts.push(`WINDOW ${windows.join(', ')}`)
  return parts.join(' ')
}

/** DISTINCT alone is one empty node. */
function printDistinct(query: SelectStmt, translation: Translation): string {
  const distinct = query.distinctClause
  if (distinct === undefined) return ''
  const on = distinct.filter(node => Object.keys(node).length > 0)
  return on.length === 0 ? 'DISTINCT ' : `DISTINCT ON (${printList(on, translation)}) `
}

function printTargets(targets: readonly Node[], translation: Translation): string {
  // PostgreSQL allows rows without columns, which only matters where somebody counts them: EXISTS (SELECT FROM …).
  if (targets.length === 0) return 'NULL AS "?column?"'
  return targets.map(target => printTarget(target, translation)).join(', ')
}

function printTarget(target: Node, translation: Translation): string {
  if (!('ResTarget' in target)) throw notSupported('this output')
  const { name, val, location } = target.ResTarget
  if (val === undefined) throw notSupported('this output', location)
  const text = place(location) + (printRegisteredName(val, translation) ?? printExpression(val, translation))
  // A column is called as it is; saying so would let the engine take a missing one for a reference to this very output.
  const isOwnName = 'ColumnRef' in val && outputName(val) !== 'tableoid' && !isValueRow(val, translation)
  if (isStar(val) || (name === undefined && isOwnName)) return text
  // What has no type is text, once no other branch of a set operation can give it one.
  const isUnknown = translation.setOperations === 0 && 'A_Const' in val && val.A_Const.isnull === true
  return `${isUnknown ? 'CAST(NULL AS VARCHAR)' : text} AS ${identifier(name ?? outputName(val))}`
}

function isValueRow(node: Node, { valueRows }: Translation): boolean {
  return 'ColumnRef' in node && node.ColumnRef.fields?.length === 1 && valueRows.has(outputName(node))
}

function isStar(node: Node): boolean {
  if (!('ColumnRef' in node)) return false
  const last = node.ColumnRef.fields?.at(-1)
  return last !== undefined && 'A_Star' in last
}

/** PostgreSQL calls the columns column1, column2 …. */
function printValues(lists: readonly Node[], translation: Translation): string {
  const rows = lists.map(row => ('List' in row ? (row.List.items ?? []) : []))
  const width = rows[0]?.length ?? 0
  if (rows.some(row => row.length !== width))
    throw new EverportError('syntax_error', 'VALUES lists must all be the same length')
  const names = Array.from({ length: width }, (_, i) => identifier(`column${i + 1}`)).join(', ')
  const values = rows.map(row => `(${printList(row, translation)})`).join(', ')
  return `SELECT * FROM (VALUES ${values}) AS "*VALUES*"(${names})`
}

function printWith(clause: WithClause, translation: Translation): string {
  const nodes = (clause.ctes ?? []).flatMap(node => ('CommonTableExpr' in node ? [node.CommonTableExpr] : []))
  const recursive = clause.recursive === true
  if (recursive) translation.ctes.push(...nodes.map(({ ctename }) => ctename ?? ''))
  const parts = nodes.map(cte => {
    const text = printCte(cte, translation)
    if (!recursive) translation.ctes.push(cte.ctename ?? '')
    return text
  })
  return `WITH ${recursive ? 'RECURSIVE ' : ''}${parts.join(', ')} `
}

function printCte(cte: CommonTableExpr, translation: Translation): string {
  const { ctename = '', aliascolnames, ctematerialized, ctequery, location } = cte
  if (cte.search_clause !== undefined || cte.cycle_clause !== undefined)
    throw notSupported('SEARCH and CYCLE of a recursive query', location)
  if (ctequery === undefined || !('SelectStmt' in ctequery))
    throw new EverportError('read_only', 'cannot execute data-modifying WITH in a read-only transaction')
  const materialized = { CTEMaterializeAlways: 'MATERIALIZED ', CTEMaterializeNever: 'NOT MATERIALIZED ' }
  const how = materialized[ctematerialized as keyof typeof materialized] ?? ''
  return `${identifier(ctename)}${printColumnNames(aliascolnames)} AS ${how}(${printSelect(ctequery.SelectStmt, translation)})`
}

export function printColumnNames(names: readonly Node[] | undefined): string {
  if (names === undefined || names.length === 0) return ''
  return `(${names.map(name => identifier(stringOf(name))).join(', ')})`
}

function printGrouping(items: readonly Node[], translation: Translation): string {
  return items.map(item => printGroup(item, translation)).join(', ')
}

function printGroup(item: Node, translation: Translation): string {
  if (!('GroupingSet' in item)) return printKey(item, translation)
  const { kind, content = [] } = item.GroupingSet
  const list = content.map(part => printGroup(part, translation)).join(', ')
  if (kind === 'GROUPING_SET_EMPTY') return '()'
  if (kind === 'GROUPING_SET_ROLLUP') return `ROLLUP (${list})`
  if (kind === 'GROUPING_SET_CUBE') return `CUBE (${list})`
  if (kind === 'GROUPING_SET_SETS') return `GROUPING SETS (${list})`
  return list
}

/** An integer constant is a position, anything else an expression. */
function printKey(node: Node, translation: Translation): string {
  const position = integerOf(node)
  if (position !== undefined) return String(position)
  if ('RowExpr' in node && node.RowExpr.row_format === 'COERCE_IMPLICIT_CAST')
    return `(${printList(node.RowExpr.args ?? [], translation)})`
  return printExpression(node, translation)
}

export function printSortKeys(keys: readonly Node[], translation: Translation): string {
  return keys.flatMap(key => ('SortBy' in key ? [printSortKey(key.SortBy, translation)] : [])).join(', ')
}

function printSortKey(key: SortBy, translation: Translation): string {
  if (key.node === undefined) return ''
  const isDescending = key.sortby_dir === 'SORTBY_DESC' || lastName(key.useOp).startsWith('>')
  const nulls = { SORTBY_NULLS_FIRST: ' NULLS FIRST', SORTBY_NULLS_LAST: ' NULLS LAST' }
  return `${printKey(key.node, translation)}${isDescending ? ' DESC' : ''}${nulls[key.sortby_nulls as keyof typeof nulls] ?? ''}`
}

function printOrder(query: SelectStmt, translation: Translation): string {
  const keys = query.sortClause
  return keys === undefined ? '' : ` ORDER BY ${printSortKeys(keys, translation)}`
}

function printLimit(query: SelectStmt, translation: Translation): string {
  const { limitCount, limitOffset, limitOption } = query
  const offset = isNothing(limitOffset) ? '' : ` OFFSET ${printBound(limitOffset, 'OFFSET', translation)}`
  if (isNothing(limitCount) || limitOption === 'LIMIT_OPTION_WITH_TIES') return offset
  return ` LIMIT ${printBound(limitCount, 'LIMIT', translation)}${offset}`
}

function printBound(node: Node, word: 'LIMIT' | 'OFFSET', translation: Translation): string {
  if ((integerOf(node) ?? 0) < 0) throw new EverportError('invalid_row_count', `${word} must not be negative`)
  return printExpression(node, translation)
}

/** LIMIT ALL and LIMIT NULL are no limit. */
function isNothing(node: Node | undefined): node is undefined {
  return node === undefined || ('A_Const' in node && node.A_Const.isnull === true)
}

/** The engine has no WITH TIES: rows that rank among the first so many are the same rows. */
function printTies(query: SelectStmt, isSet: boolean, translation: Translation): string {
  if (query.limitOption !== 'LIMIT_OPTION_WITH_TIES') return ''
  const { limitCount, sortClause, limitOffset } = query
  const keys = sortClause ?? []
  const isPlain = keys.every(key => 'SortBy' in key && integerOf(key.SortBy.node) === undefined)
  if (
    limitCount === undefined ||
    isSet ||
    !isPlain ||
    !isNothing(limitOffset) ||
    query.valuesLists !== undefined
  )
    throw notSupported('WITH TIES of this query')
  const rank = `rank() OVER (ORDER BY ${printSortKeys(keys, translation)})`
  return ` QUALIFY ${rank} <= ${printBound(limitCount, 'LIMIT', translation)}`
}
