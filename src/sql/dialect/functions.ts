import type { Node } from 'libpg-query'
import { EverportError } from '../../base/errors.ts'
import { literal } from '../../base/sql-text.ts'
import { formatCall } from './format-call.ts'
import { isDate, isInterval, isText } from './node-kind.ts'
import { integerOf, numberOf, textOf } from './print-constant.ts'
import { hasOwnType } from './static-type.ts'
import { toChar, toInstant, toNumber } from './to-char.ts'
import { wordSet } from './translation.ts'

/** What a call becomes, by its printed arguments and their nodes; undefined when the engine's function of that name does the same. */
type FunctionRule = (args: readonly string[], nodes: readonly Node[]) => string | undefined

/** They give rows where a value is expected. */
export const setReturning =
  wordSet(`generate_series unnest generate_subscripts regexp_matches regexp_split_to_table string_to_table
  json_array_elements json_array_elements_text jsonb_array_elements jsonb_array_elements_text json_object_keys jsonb_object_keys`)

const called =
  (name: string): FunctionRule =>
  args =>
    `${name}(${args.join(', ')})`

/** `extract` gives numeric, with microseconds where there are seconds. */
const fields: Readonly<Record<string, (value: string) => string>> = {
  second: value => `CAST(everport_microseconds(${value}) AS DECIMAL(18, 0)) * 0.000001`,
  milliseconds: value => `CAST(everport_microseconds(${value}) AS DECIMAL(18, 0)) * 0.001`,
  epoch: value => `CAST(round(epoch(${value}) * 1000000) AS DECIMAL(24, 0)) * 0.000001`,
  dow: value => `CAST(dayofweek(${value}) AS DECIMAL(10, 0))`,
  julian: value => `CAST(julian(${value}) AS DECIMAL(10, 0))`,
}

const plainFields =
  wordSet(`year month day hour minute isodow doy week quarter isoyear century decade millennium microseconds
  timezone timezone_hour timezone_minute era`)

const fieldNames: Readonly<Record<string, string>> = {
  years: 'year',
  quarters: 'quarter',
  months: 'month',
  weeks: 'week',
  days: 'day',
  hours: 'hour',
  minutes: 'minute',
  seconds: 'second',
  millisecond: 'milliseconds',
  microsecond: 'microseconds',
}

function extract(field: Node | undefined, value: string): string | undefined {
  const word = textOf(field)?.toLowerCase()
  if (word === undefined) return undefined
  const name = fieldNames[word] ?? word
  const write = fields[name]
  if (write !== undefined) return `(${write(value)})`
  if (!plainFields.has(name)) throw new EverportError('invalid_input', `unit "${word}" not recognized`)
  return `CAST(date_part('${name}', ${value}) AS DECIMAL(18, 0))`
}

export const functionRules: Readonly<Record<string, FunctionRule>> = {
  // Numbers
  mod: ([a = '', b = '']) => `everport_modulo(${a}, ${b})`,
  div: ([a = '', b = '']) => `CAST(trunc(everport_divide(${a}, ${b})) AS DECIMAL(38, 0))`,
  power: ([a = '', b = '']) => `everport_power(${a}, ${b})`,
  pow: ([a = '', b = '']) => `everport_power(${a}, ${b})`,
  ceiling: called('ceil'),
  log: args => (args.length === 1 ? `log10(${args[0]})` : `log(${args.join(', ')})`),
  int4: ([a = '']) => `everport_int4(${a})`,
  int8: ([a = '']) => `everport_int8(${a})`,
  int2: ([a = '']) => `everport_int2(${a})`,
  float8: ([a = '']) => `CAST(${a} AS DOUBLE)`,
  float4: ([a = '']) => `CAST(${a} AS FLOAT)`,
  text: ([a = '']) => `everport_text(${a})`,
  to_hex: ([a = '']) => `lower(to_hex(${a}))`,
  // Text
  strpos: ([text = '', part = '']) => `instr(${text}, ${part})`,
  position: ([text = '', part = '']) => `instr(${text}, ${part})`,
  btrim: called('trim'),
  split_part: called('everport_split_part'),
  octet_length: ([a = '']) => `octet_length(encode(everport_text(${a})))`,
  initcap: called('everport_initcap'),
  lpad: ([text = '', length = '', fill = "' '"]) => `lpad(${text}, everport_bounded(${length}, 1), ${fill})`,
  rpad: ([text = '', length = '', fill = "' '"]) => `rpad(${text}, everport_bounded(${length}, 1), ${fill})`,
  repeat: ([text = '', count = '']) => `repeat(${text}, everport_bounded(${count}, length(${text})))`,
  substring: substring,
  substr: substring,
  overlay: ([text = '', by = '', from = '', count]) => {
    const length = count ?? `length(${by})`
    return `(left(${text}, ${from} - 1) || ${by} || substring(${text}, ${from} + ${length}))`
  },
  format: formatCall,
  concat: (args, nodes) => (args.length === 0 ? "''" : `concat(${outputs(args, nodes).join(', ')})`),
  concat_ws: (args, nodes) => `concat_ws(${outputs(args, nodes).join(', ')})`,
  quote_literal: ([a = '']) => `('''' || replace(everport_text(${a}), '''', '''''') || '''')`,
  quote_nullable: ([a = '']) =>
    `coalesce('''' || replace(everport_text(${a}), '''', '''''') || '''', 'NULL')`,
  regexp_match: ([text = '', pattern = ''], [, node]) => match(text, pattern, textOf(node)),
  regexp_matches: ([text = '', pattern = ''], [, node]) =>
    `unnest(${allMatches(text, pattern, textOf(node))})`,
  regexp_split_to_array: args => `regexp_split_to_array(${args.slice(0, 2).join(', ')})`,
  regexp_split_to_table: ([text = '', pattern = '']) => `unnest(regexp_split_to_array(${text}, ${pattern}))`,
  regexp_like: ([text = '', pattern = '', flags]) =>
    `regexp_matches(${text}, ${pattern}${flags === undefined ? '' : `, ${flags}`})`,
  regexp_count: ([text = '', pattern = '', start = '1', flags = "''"]) =>
    `length(regexp_extract_all(substring(${text}, ${start}), ${pattern}, 0, ${flags}))`,
  regexp_instr: ([text = '', pattern = '', ...more]) =>
    more.length > 0 ? undefined : `everport_regexp_instr(${text}, ${pattern})`,
  regexp_substr: ([text = '', pattern = '']) => `nullif(regexp_extract(${text}, ${pattern}), '')`,
  string_to_array: ([text = '', separator = '', nothing]) =>
    nothing === undefined
      ? `everport_string_to_array(${text}, ${separator})`
      : `list_transform(everport_string_to_array(${text}, ${separator}), lambda e: nullif(e, ${nothing}))`,
  string_to_table: ([text = '', separator = '']) => `unnest(everport_string_to_array(${text}, ${separator}))`,
  array_to_string: ([list = '', separator = '', nothing]) =>
    nothing === undefined
      ? `everport_array_to_string(${list}, ${separator})`
      : `everport_array_to_string_null(${list}, ${separator}, ${nothing})`,
  // Dates and times
  extract: ([, value = ''], [field]) => extract(field, value),
  date_part: ([, value = ''], [field]) => {
    const printed = extract(field, value)
    return printed === undefined ? undefined : `CAST(${printed} AS DOUBLE)`
  },
  // The zone's wall clock is truncated.
  date_trunc: ([field = '', value = '', zone]) =>
    zone === undefined
      ? undefined
      : `timezone(${zone}, date_trunc(${field}, timezone(${zone}, CAST(${value} AS TIMESTAMPTZ))))`,
  date_bin: ([stride = '', value = '', origin = '']) =>
    `time_bucket(CAST(${stride} AS INTERVAL), ${value}, ${origin})`,
  isfinite: ([value = ''], [node]) => (isInterval(node) ? `(${value} IS NOT NULL)` : undefined),
  timezone: ([zone = '', value = '']) => `timezone(${zone}, ${value})`,
  clock_timestamp: () => 'get_current_timestamp()',
  statement_timestamp: () => 'get_current_timestamp()',
  transaction_timestamp: () => 'now()',
  to_char: ([value = ''], [, format]) => toChar(value, textOf(format)),
  to_number: ([value = ''], [, format]) => toNumber(value, textOf(format)),
  to_date: ([value = ''], [, format]) => `CAST(${toInstant(value, textOf(format))} AS DATE)`,
  to_timestamp: ([value = ''], nodes) =>
    nodes.length < 2 ? undefined : `CAST(${toInstant(value, textOf(nodes[1]))} AS TIMESTAMPTZ)`,
  overlaps: ([a = '', b = '', c = '', d = ''], nodes) => {
    const end = (from: string, to: string, node: Node | undefined): string =>
      isInterval(node) ? `${from} + ${to}` : to
    return `everport_overlaps(${a}, ${end(a, b, nodes[1])}, ${c}, ${end(c, d, nodes[3])})`
  },
  // Arrays
  cardinality: ([list = '']) => `length(${list})`,
  array_length: ([list = '', dimension = '1']) => `nullif(everport_array_length(${list}, ${dimension}), 0)`,
  array_upper: ([list = '', dimension = '1']) => `nullif(everport_array_length(${list}, ${dimension}), 0)`,
  array_lower: ([list = '']) => `CASE WHEN length(${list}) > 0 THEN 1 END`,
  array_remove: ([list = '', item = '']) => `list_filter(${list}, lambda e: e IS DISTINCT FROM ${item})`,
  array_replace: ([list = '', from = '', to = '']) =>
    `list_transform(${list}, lambda e: CASE WHEN e IS NOT DISTINCT FROM ${from} THEN ${to} ELSE e END)`,
  array_position: ([list = '', item = '']) => `nullif(list_position(${list}, ${item}), 0)`,
  array_positions: ([list = '', item = '']) =>
    `CAST(list_filter(range(1, length(${list}) + 1), lambda e: (${list})[e] IS NOT DISTINCT FROM ${item}) AS INTEGER[])`,
  array_cat: ([a = '', b = '']) => `list_concat(${a}, ${b})`,
  array_fill: ([value = '', lengths = '']) => `list_transform(range((${lengths})[1]), lambda e: ${value})`,
  trim_array: ([list = '', count = '']) => `(${list})[:length(${list}) - ${count}]`,
  range: (_, nodes) => {
    checkSeries(nodes)
    return undefined
  },
  generate_series: (args, nodes) => {
    checkSeries(nodes)
    const isInt4 = nodes.every(node => integerOf(node) !== undefined)
    // A series of dates is one of timestamps with time zone.
    const bounds = isDate(nodes[0])
      ? args.slice(0, 2).map(date => `CAST(${date} AS TIMESTAMPTZ)`)
      : args.slice(0, 2)
    const list = `generate_series(${[...bounds, ...args.slice(2)].join(', ')})`
    return `unnest(${isInt4 ? `CAST(${list} AS INTEGER[])` : list})`
  },
  // JSON
  json_build_object: buildObject,
  jsonb_build_object: buildObject,
  json_build_array: buildArray,
  jsonb_build_array: buildArray,
  to_json: toJson,
  to_jsonb: toJson,
  row_to_json: called('to_json'),
  jsonb_array_length: called('json_array_length'),
  json_typeof: called('everport_json_typeof'),
  jsonb_typeof: called('everport_json_typeof'),
  json_array_elements: ([value = '']) => `unnest(json_extract(${value}, '$[*]'))`,
  jsonb_array_elements: ([value = '']) => `unnest(json_extract(${value}, '$[*]'))`,
  json_array_elements_text: ([value = '']) => `unnest(json_extract_string(${value}, '$[*]'))`,
  jsonb_array_elements_text: ([value = '']) => `unnest(json_extract_string(${value}, '$[*]'))`,
  json_object_keys: ([value = '']) => `unnest(json_keys(${value}))`,
  jsonb_object_keys: ([value = '']) => `unnest(json_keys(${value}))`,
  json_extract_path: extractPath,
  jsonb_extract_path: extractPath,
  jsonb_extract_path_text: extractPathText,
  jsonb_pretty: called('everport_json_pretty'),
  json_extract_path_text: extractPathText,
  // Bytes
  encode: ([value = ''], [, format]) => {
    const name = textOf(format)?.toLowerCase()
    if (name === 'hex') return `lower(hex(${value}))`
    return name === 'base64' ? `to_base64(${value})` : undefined
  },
  decode: ([value = ''], [, format]) => {
    const name = textOf(format)?.toLowerCase()
    if (name === 'hex') return `unhex(${value})`
    return name === 'base64' ? `from_base64(${value})` : undefined
  },
  convert_from: ([value = '']) => `decode(${value})`,
  convert_to: ([value = '']) => `encode(${value})`,
  sha256: ([value = '']) => `unhex(sha256(${value}))`,
  // About values
  pg_typeof: called('everport_typeof'),
  collation: () => literal('"default"'),
  pg_collation_for: (_, [node]) =>
    textOf(node) === undefined ? literal('"default"') : 'CAST(NULL AS VARCHAR)',
}

/** A list is made whole before its first item is read, and nothing interrupts that. */
const listedMax = 2 ** 24

/** Of the series that are written in numbers, which all but a few are. */
function checkSeries(nodes: readonly Node[]): void {
  const numbers = nodes.map(node => Number(numberOf(node)))
  const [first = 0, last = 0, step = 1] = numbers.length === 1 ? [0, ...numbers] : numbers
  // What is no number is compared as false.
  if (!((last - first) / step >= listedMax)) return
  throw new EverportError('message_too_large', `a series in a select list has at most ${listedMax} values`, {
    hint: 'SELECT … FROM generate_series(…) has no such bound.',
  })
}

function buildObject(args: readonly string[], nodes: readonly Node[]): string {
  return `json_object(${args.map((arg, i) => (i % 2 === 0 ? arg : jsonValue(arg, nodes[i]))).join(', ')})`
}

function buildArray(args: readonly string[], nodes: readonly Node[]): string {
  return `json_array(${args.map((arg, i) => jsonValue(arg, nodes[i])).join(', ')})`
}

/** Timestamps and decimals, where they stand themselves, are written as PostgreSQL writes them in JSON. */
function jsonValue(arg: string, node: Node | undefined): string {
  return hasOwnType(node) ? `everport_to_json(${arg})` : arg
}

function toJson(args: readonly string[], nodes: readonly Node[]): string {
  const [value = 'NULL'] = args
  return hasOwnType(nodes[0]) ? `everport_to_json(${value})` : `to_json(${value})`
}

function extractPath([value = '', ...path]: readonly string[]): string {
  return `json_extract(${value}, everport_json_path([${path.join(', ')}]))`
}

function extractPathText([value = '', ...path]: readonly string[]): string {
  return `json_extract_string(${value}, everport_json_path([${path.join(', ')}]))`
}

/** Values as a client is shown them: `t` where a cast to text says `true`. */
function outputs(args: readonly string[], nodes: readonly Node[]): string[] {
  return args.map((arg, i) => (isText(nodes[i]) || !hasOwnType(nodes[i]) ? arg : `everport_output(${arg})`))
}

/** By numbers, from where counts before the first character; or by a regular expression. */
function substring(args: readonly string[], nodes: readonly Node[]): string | undefined {
  const [text = '', from = '', count] = args
  const pattern = textOf(nodes[1])
  if (args.length === 2 && pattern !== undefined) {
    const group = groupCount(pattern) > 0 ? 1 : 0
    return `CASE WHEN regexp_matches(${text}, ${from}) THEN regexp_extract(${text}, ${from}, ${group}) END`
  }
  if (count === undefined) return `everport_substring(${text}, ${from})`
  if ((integerOf(nodes[2]) ?? 0) < 0)
    throw new EverportError('substring_error', 'negative substring length not allowed')
  return `everport_substring_count(${text}, ${from}, ${count})`
}

/** How many groups of a regular expression keep what they match. */
export function groupCount(pattern: string): number {
  return [...pattern.replaceAll(/\\.|\[[^\]]*\]/g, '').matchAll(/\((?!\?)/g)].length
}

function match(text: string, pattern: string, constant: string | undefined): string {
  const groups = constant === undefined ? 0 : groupCount(constant)
  const found = Array.from({ length: Math.max(1, groups) }, (_, i) => {
    return `regexp_extract(${text}, ${pattern}, ${groups === 0 ? 0 : i + 1})`
  })
  return `CASE WHEN regexp_matches(${text}, ${pattern}) THEN [${found.join(', ')}] END`
}

function allMatches(text: string, pattern: string, constant: string | undefined): string {
  const groups = constant === undefined ? 0 : groupCount(constant)
  if (groups === 0) return `list_transform(regexp_extract_all(${text}, ${pattern}), lambda e: [e])`
  const lists = Array.from({ length: groups }, (_, i) => `regexp_extract_all(${text}, ${pattern}, ${i + 1})`)
  const row = lists.map(list => `${list}[e]`).join(', ')
  return `list_transform(range(1, length(${lists[0]}) + 1), lambda e: [${row}])`
}
