import type { Alias, JoinExpr, Node, RangeFunction, RangeTableSample, RangeVar } from 'libpg-query'
import { identifier } from '../../base/sql-text.ts'
import { givesValue, jsonFields, jsonRecords } from './json-rows.ts'
import { outputName } from './output-name.ts'
import {
  callName,
  isEngineTableFunction,
  isSetReturning,
  printEngineTable,
  printTableFunction,
} from './print-call.ts'
import { printExpression, printList } from './print-expression.ts'
import { printColumnNames, printSelect } from './print-select.ts'
import { lastName, notSupported, place, type Translation } from './translation.ts'

export function printFrom(node: Node, translation: Translation): string {
  if ('RangeVar' in node) return printRelation(node.RangeVar, translation)
  if ('JoinExpr' in node) return printJoin(node.JoinExpr, translation)
  if ('RangeFunction' in node) return printFunction(node.RangeFunction, translation)
  if ('RangeTableSample' in node) return printSample(node.RangeTableSample, translation)
  if ('RangeSubselect' in node) {
    const { subquery, alias, lateral } = node.RangeSubselect
    if (subquery === undefined || !('SelectStmt' in subquery)) throw notSupported('this subquery')
    if (lateral === true) translation.correlated++
    const query = printSelect(subquery.SelectStmt, translation)
    if (lateral === true) translation.correlated--
    return `${lateral === true ? 'LATERAL ' : ''}(${query})${printAlias(alias)}`
  }
  throw notSupported(Object.keys(node)[0] ?? 'this source of rows')
}

function printRelation(relation: RangeVar, translation: Translation): string {
  const { catalogname, schemaname, relname = '', alias, location } = relation
  const isCte = schemaname === undefined && translation.ctes.includes(relname)
  const parts = [catalogname, schemaname, relname].filter(part => part !== undefined)
  const own = parts.map(identifier).join('.')
  if (isCte) return place(location) + own + printAlias(alias)
  const name = { database: catalogname, schema: schemaname, name: relname, location: location ?? -1 }
  translation.relations.push(name)
  const tableOid = translation.context.tableOid?.(name)
  if (tableOid !== undefined) translation.tableOids.set(alias?.aliasname ?? relname, tableOid)
  const instead = translation.context.relation?.(name)
  if (instead === undefined) return place(location) + own + printAlias(alias)
  if (schemaname !== undefined) translation.replaced.add(`${schemaname}.${relname}`)
  return place(location) + instead + printAlias(alias ?? { aliasname: relname })
}

function printAlias(alias: Alias | undefined): string {
  if (alias?.aliasname === undefined) return ''
  return ` AS ${identifier(alias.aliasname)}${printColumnNames(alias.colnames)}`
}

function printJoin(join: JoinExpr, translation: Translation): string {
  const { larg, rarg, jointype, isNatural, usingClause, quals, alias } = join
  if (larg === undefined || rarg === undefined) throw notSupported('this join')
  const left = printFrom(larg, translation)
  const right = 'JoinExpr' in rarg ? `(${printFrom(rarg, translation)})` : printFrom(rarg, translation)
  const words = { JOIN_LEFT: 'LEFT ', JOIN_RIGHT: 'RIGHT ', JOIN_FULL: 'FULL ' }
  const word = words[jointype as keyof typeof words] ?? ''
  const text =
    isNatural === true
      ? `${left} NATURAL ${word}JOIN ${right}`
      : usingClause !== undefined
        ? `${left} ${word}JOIN ${right} USING ${printColumnNames(usingClause)}`
        : quals === undefined
          ? `${left} CROSS JOIN ${right}`
          : `${left} ${word}JOIN ${right} ON ${printExpression(quals, translation)}`
  return alias === undefined ? text : `(SELECT * FROM ${text})${printAlias(alias)}`
}

/** One function, or several side by side (ROWS FROM). */
function printFunction(range: RangeFunction, translation: Translation): string {
  const { functions = [], alias, lateral, coldeflist, ordinality } = range
  const calls = functions.flatMap(node => ('List' in node ? (node.List.items?.slice(0, 1) ?? []) : []))
  const [call] = calls
  if (call === undefined || calls.length > 1) throw notSupported('ROWS FROM with several functions')
  const name = outputName(call)
  const title = alias?.aliasname ?? name
  const given = alias?.colnames ?? []
  const isValue = 'FuncCall' in call && givesValue.has(callName(call.FuncCall))
  const json = printJsonRows(call, coldeflist, translation)
  if (json === undefined && coldeflist !== undefined) throw notSupported('a column definition list')
  const own = json === undefined ? printEngineRows(call, alias, ordinality === true, translation) : undefined
  if (own !== undefined) return own
  if (isValue && given.length === 0 && ordinality !== true)
    translation.valueRows = new Set([...translation.valueRows, title])
  const column = given.length > 0 ? name : isValue ? 'value' : title
  const rows = json ?? printRows(call, column, translation)
  const numbered =
    ordinality === true ? `SELECT *, row_number() OVER () AS "ordinality" FROM (${rows})` : rows
  return `${lateral === true ? 'LATERAL ' : ''}(${numbered}) AS ${identifier(title)}${printColumnNames(given)}`
}

function printJsonRows(
  call: Node,
  columns: readonly Node[] | undefined,
  translation: Translation,
): string | undefined {
  if (!('FuncCall' in call)) return undefined
  const [argument] = call.FuncCall.args ?? []
  if (argument === undefined) return undefined
  const print = (value: string): string | undefined =>
    columns === undefined ? jsonFields(call.FuncCall, value) : jsonRecords(call.FuncCall, value, columns)
  if (print('') === undefined) return undefined
  translation.functions.add(callName(call.FuncCall))
  return print(printExpression(argument, translation))
}

/** A table function of the engine stays one: it reads as it goes, and names its own columns. */
function printEngineRows(
  call: Node,
  alias: Alias | undefined,
  isNumbered: boolean,
  translation: Translation,
): string | undefined {
  if (!('FuncCall' in call)) return undefined
  const instead = translation.context.tableFunction?.(callName(call.FuncCall))
  if (instead === undefined && !isEngineTableFunction(callName(call.FuncCall))) return undefined
  if (isNumbered) throw notSupported('WITH ORDINALITY of this function', call.FuncCall.location)
  return printEngineTable(call.FuncCall, instead, translation) + printAlias(alias)
}

/** A query for the rows of a function: one row for one that returns no set. A single column is named as the whole is. */
function printRows(call: Node, column: string, translation: Translation): string {
  if ('FuncCall' in call) {
    const table = printTableFunction(call.FuncCall, column, translation)
    if (table !== undefined) return table
    const name = callName(call.FuncCall)
    const args = call.FuncCall.args ?? []
    if (name === 'unnest' && args.length > 1) {
      const lists = args.map(arg => `unnest(${printExpression(arg, translation)}) AS ${identifier(column)}`)
      return `SELECT ${lists.join(', ')}`
    }
    if (!isSetReturning(name)) translation.functions.add(name)
  }
  return `SELECT ${printExpression(call, translation)} AS ${identifier(column)}`
}

function printSample(sample: RangeTableSample, translation: Translation): string {
  const { relation, method, args = [], repeatable } = sample
  if (relation === undefined) throw notSupported('this sample')
  const seed = repeatable === undefined ? '' : ` REPEATABLE (${printExpression(repeatable, translation)})`
  const share = `${printList(args, translation)}%`
  return `${printFrom(relation, translation)} TABLESAMPLE ${lastName(method)}(${share})${seed}`
}
