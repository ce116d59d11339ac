import type { FuncCall, Node } from 'libpg-query'
import { EverportError } from '../../base/errors.ts'
import { identifier } from '../../base/sql-text.ts'
import { functionRules, setReturning } from './functions.ts'
import { isInterval } from './node-kind.ts'
import { averages, powers, rounds, typedAsSum } from './numeric-outputs.ts'
import { integerOf } from './print-constant.ts'
import { printExpression, printList } from './print-expression.ts'
import { isParameter } from './print-operator.ts'
import { printSortKeys } from './print-select.ts'
import { printOver } from './print-window.ts'
import { giveInteger, givesSameInteger, hasOwnType, isInteger } from './static-type.ts'
import { lastName, notSupported, place, stringOf, type Translation, wordSet } from './translation.ts'

/** The name of a function, without its schema. */
export function callName(call: FuncCall): string {
  return lastName(call.funcname)
}

export function isSetReturning(name: string): boolean {
  return setReturning.has(name)
}

/** A call of a function, an aggregate or a window function. */
export function printCall(call: FuncCall, translation: Translation): string {
  const name = callName(call)
  checkSchema(call)
  translation.functions.add(name)
  const args = call.args ?? []
  const at = place(call.location)
  if (call.func_variadic === true) throw notSupported('VARIADIC', call.location)
  if (!takesTypes.has(name)) return at + printNamed(call, name, args, translation)
  translation.parameterless++
  const printed = printNamed(call, name, args, translation)
  translation.parameterless--
  return at + printed
}

/**
 * The engine does not say which type a call of these has, nor the whole result, while a parameter stands in an argument, even one of a known type: there it is
 * written as a query of its own.
 */
const takesTypes =
  wordSet(`json_build_object jsonb_build_object json_build_array jsonb_build_array to_json to_jsonb row_to_json
  json_agg jsonb_agg json_object_agg jsonb_object_agg`)

function printNamed(call: FuncCall, name: string, args: readonly Node[], translation: Translation): string {
  if (averages.has(name) || powers.has(name) || (rounds.has(name) && args.length === 2)) {
    translation.hasQuotient ||= !rounds.has(name)
    if (translation.typesOnly) return printTyped(call, name, args, translation)
  }
  const text = printUntyped(call, name, args, translation)
  if (giveInteger.has(name) || (givesSameInteger.has(name) && args.every(isInteger)))
    return `CAST(${text} AS INTEGER)`
  if (name === 'round' && args.length === 1) return printRounded(text, args[0], translation)
  if (name === 'sign' && args.length === 1) return printSign(text, args[0], translation)
  if (name === 'date_trunc') return printTruncated(text, args[1], translation)
  if (name !== 'sum') return text
  if (isInteger(args[0])) return `CAST(${text} AS BIGINT)`
  const [arg] = args
  if (arg === undefined || !isTyped(arg, translation)) return text
  return `${translation.divided > 0 ? 'everport_dividend' : 'everport_sum'}(${printExpression(arg, translation)}, ${text})`
}

/** Whether the engine can choose what stands for a call by the type of this argument. */
function isTyped(arg: Node | undefined, translation: Translation): boolean {
  if (!hasOwnType(arg)) return false
  if (translation.correlated === 0) return true
  translation.hasTypedCorrelated ||= translation.typesCorrelated
  return translation.typesCorrelated
}

/** A double is rounded half to even, a numeric away from zero. */
function printRounded(text: string, value: Node | undefined, translation: Translation): string {
  if (value === undefined || !isTyped(value, translation)) return text
  return `everport_round(${printExpression(value, translation)}, ${text})`
}

function printSign(text: string, value: Node | undefined, translation: Translation): string {
  if (!isTyped(value, translation)) return `CAST(${text} AS DOUBLE)`
  return value === undefined ? text : `everport_signed(${printExpression(value, translation)}, ${text})`
}

/** Whether `everport_truncated` stands for it: the engine chooses a type for it by that of its argument. */
export function isTruncatedDate(node: Node | undefined, translation: Translation): boolean {
  if (node === undefined || !('FuncCall' in node) || callName(node.FuncCall) !== 'date_trunc') return false
  return isTyped(node.FuncCall.args?.[1], translation)
}

/** A date that is truncated is a timestamp with time zone. */
function printTruncated(text: string, value: Node | undefined, translation: Translation): string {
  if (value === undefined || !isTyped(value, translation)) return text
  return `everport_truncated(${printExpression(value, translation)}, ${text})`
}

/** What stands for an average, and for a value that is rounded, where only types are asked. */
function printTyped(call: FuncCall, name: string, args: readonly Node[], translation: Translation): string {
  if (rounds.has(name)) return typedAsSum(printList(args.slice(0, 1), translation), '0')
  if (powers.has(name)) return args.map(arg => printExpression(arg, translation)).reduce(typedAsSum, '0')
  return typedAsSum(printGeneral({ ...call, agg_distinct: false }, 'sum', args, translation), '0.0')
}

function printUntyped(call: FuncCall, name: string, args: readonly Node[], translation: Translation): string {
  const rule = Object.hasOwn(functionRules, name) ? functionRules[name] : undefined
  const isPlain = call.agg_order === undefined && call.agg_distinct !== true && call.agg_star !== true
  if (rule !== undefined && isPlain && call.over === undefined && call.agg_filter === undefined) {
    const written = rule(
      args.map(arg => printExpression(arg, translation)),
      args,
    )
    if (written !== undefined) return written
  }
  const instead = translation.context.function?.(name)
  if (instead !== undefined)
    return printMacro(instead, args, translation, translation.context.functionFacts?.(name, args))
  if (jsonAggregates.has(name)) return printJsonAggregate(call, name, args, translation)
  if (name === 'sum' && isInterval(args[0])) return printIntervalSum(call, args, translation)
  if (name === 'percentile_cont') return printGeneral(ofDoubles(call), name, args, translation)
  return printGeneral(call, engineName(name), args, translation)
}

/**
 * A call of a macro. The engine puts arguments into its body as often as they stand there, which may be never, and finds no type for a parameter then: parameters
 * become columns first.
 */
export function printMacro(
  name: string,
  args: readonly Node[],
  translation: Translation,
  facts?: string,
): string {
  const columns: string[] = []
  const printed = args.map(arg => {
    const text = printExpression(arg, translation)
    if (!isParameter(arg)) return text
    columns.push(`${text} AS ev_p${columns.length}`)
    return `ev_p${columns.length - 1}`
  })
  const call = `${identifier(name)}(${[...printed, ...(facts === undefined ? [] : [facts])].join(', ')})`
  return columns.length === 0 ? call : `(SELECT ${call} FROM (SELECT ${columns.join(', ')}))`
}

const jsonAggregates = wordSet('json_agg jsonb_agg json_object_agg jsonb_object_agg')

/** The engine's own are macros, which take no ORDER BY and no FILTER. The text is PostgreSQL's. */
function printJsonAggregate(
  call: FuncCall,
  name: string,
  args: readonly Node[],
  translation: Translation,
): string {
  const [first = 'NULL', second = 'NULL'] = args.map(arg => printExpression(arg, translation))
  const isObject = name.includes('object')
  const [open, between, close] = !isObject
    ? ['[', '', ']']
    : name.startsWith('jsonb')
      ? ['{', ': ', '}']
      : ['{ ', ' : ', ' }']
  const item = isObject
    ? `to_json(everport_text(${first})) || '${between}' || everport_json_text(${second})`
    : `everport_json_text(${first})`
  const joined = printAggregate(
    call,
    'string_agg',
    `${call.agg_distinct === true ? 'DISTINCT ' : ''}${item}, ', '`,
    translation,
  )
  return `CAST('${open}' || ${joined} || '${close}' AS JSON)`
}

/** The engine adds up no intervals; their parts are numbers. */
function printIntervalSum(call: FuncCall, args: readonly Node[], translation: Translation): string {
  const [value = 'NULL'] = args.map(arg => printExpression(arg, translation))
  const distinct = call.agg_distinct === true ? 'DISTINCT ' : ''
  const sum = (part: string): string =>
    printAggregate(call, 'sum', `${distinct}everport_${part}(${value})`, translation)
  const [months, days, time] = [sum('months'), sum('days'), sum('time')]
  return `(to_months(CAST(${months} AS INTEGER)) + to_days(CAST(${days} AS INTEGER)) + to_microseconds(CAST(${time} AS BIGINT)))`
}

/** percentile_cont goes between values: it is a double, but for intervals. */
function ofDoubles(call: FuncCall): FuncCall {
  const agg_order = (call.agg_order ?? []).map((key): Node => {
    if (!('SortBy' in key) || key.SortBy.node === undefined || isInterval(key.SortBy.node)) return key
    const typeName = { names: [{ String: { sval: 'float8' } }] }
    return { SortBy: { ...key.SortBy, node: { TypeCast: { arg: key.SortBy.node, typeName } } } }
  })
  return { ...call, agg_order }
}

/** Functions whose engine name is another and whose arguments are the same. */
const renamed: Readonly<Record<string, string>> = {
  every: 'bool_and',
  char_length: 'length',
  character_length: 'length',
}

function engineName(name: string): string {
  return renamed[name] ?? name
}

function checkSchema(call: FuncCall): void {
  const [schema, name] = call.funcname ?? []
  if (name === undefined) return
  const text = stringOf(schema)
  if (text === 'pg_catalog' || text === 'public' || text === 'information_schema') return
  throw new EverportError('undefined_schema', `schema "${text}" does not exist`)
}

function printGeneral(call: FuncCall, name: string, args: readonly Node[], translation: Translation): string {
  const distinct = call.agg_distinct === true ? 'DISTINCT ' : ''
  const inside = call.agg_star === true ? '*' : distinct + printList(args, translation)
  const [first] = args
  // PostgreSQL finds distinct values by sorting them.
  const isSorted = call.agg_distinct === true && call.agg_order === undefined && gathering.has(name)
  if (!isSorted || first === undefined) return printAggregate(call, name, inside, translation)
  return printAggregate({ ...call, agg_order: [{ SortBy: { node: first } }] }, name, inside, translation)
}

const gathering = wordSet('array_agg string_agg')

function printAggregate(call: FuncCall, name: string, inside: string, translation: Translation): string {
  const withinGroup = call.agg_within_group === true
  const order = call.agg_order === undefined ? '' : `ORDER BY ${printSortKeys(call.agg_order, translation)}`
  let text = `${identifier(name)}(${inside}${withinGroup || order === '' ? '' : ` ${order}`})`
  if (withinGroup) text += ` WITHIN GROUP (${order})`
  if (call.agg_filter !== undefined)
    text += ` FILTER (WHERE ${printExpression(call.agg_filter, translation)})`
  if (call.over !== undefined) text += ` OVER ${printOver(call.over, translation)}`
  return text
}

/**
 * A query for the rows of a function that the engine has as a table function, which does not build the whole set first. Undefined for all others.
 */
export function printTableFunction(
  call: FuncCall,
  column: string,
  translation: Translation,
): string | undefined {
  const args = call.args ?? []
  if (callName(call) !== 'generate_series' || !args.every(arg => integerOf(arg) !== undefined))
    return undefined
  translation.functions.add('generate_series')
  return `SELECT CAST("generate_series" AS INTEGER) AS ${identifier(column)} FROM generate_series(${printList(args, translation)})`
}

/** Table functions that only the engine has: files, its own state, and `range`, which gives rows there and a list elsewhere. */
export function isEngineTableFunction(name: string): boolean {
  return engineTables.has(name) || /^(read|parquet|duckdb|pragma|enable|disable)_/.test(name)
}

const engineTables =
  wordSet(`range repeat repeat_row json_each json_tree glob sniff_csv summary query query_table seq_scan index_scan
  arrow_scan arrow_scan_dumb force_checkpoint checkpoint check_peg_parser json_execute_serialized_sql sql_auto_complete
  truncate_duckdb_logs which_secret test_all_types test_vector_types icu_calendar_names pg_timezone_names`)

export function printEngineTable(
  call: FuncCall,
  instead: string | undefined,
  translation: Translation,
): string {
  const name = callName(call)
  checkSchema(call)
  translation.functions.add(name)
  const args = (call.args ?? []).map(arg => printTableArgument(arg, translation))
  return `${place(call.location)}${identifier(instead ?? name)}(${args.join(', ')})`
}

/** The engine also takes `name = value` for a named argument. */
function printTableArgument(arg: Node, translation: Translation): string {
  if (!('A_Expr' in arg) || lastName(arg.A_Expr.name) !== '=') return printExpression(arg, translation)
  const { lexpr, rexpr } = arg.A_Expr
  if (lexpr === undefined || rexpr === undefined || !('ColumnRef' in lexpr))
    return printExpression(arg, translation)
  return `${identifier(lastName(lexpr.ColumnRef.fields))} := ${printExpression(rexpr, translation)}`
}
