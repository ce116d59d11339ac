import { type ErrorCode, type ErrorDetails, EverportError } from '../../base/errors.ts'

/**
 * The engine tells errors as text: a class, a message, sometimes suggestions and the line with a caret. Here they become ours, in
 * PostgreSQL's words where it has some. What we do not know better keeps the engine's words.
 */
export function duckdbError(error: unknown, statement: string): EverportError {
  if (error instanceof EverportError) return error
  const text = error instanceof Error ? error.message : String(error)
  const parsed = parse(text, statement)
  const rule = rules.find(
    candidate => candidate.kind.test(parsed.kind) && candidate.message.test(parsed.message),
  )
  if (rule === undefined) return build('internal', parsed.message, parsed, error)
  const match = rule.message.exec(parsed.message)
  return build(rule.code, rule.say?.(match?.slice(1) ?? []) ?? parsed.message, parsed, error)
}

/** The whole instance is lost after such an error; nothing but a restart helps. */
export function isFatal(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^FATAL Error|has been invalidated because of a previous fatal error/.test(error.message)
  )
}

interface Parsed {
  readonly kind: string
  readonly message: string
  readonly rest: string
  readonly position: number | undefined
}

interface Rule {
  readonly kind: RegExp
  readonly message: RegExp
  readonly code: ErrorCode
  readonly say?: (groups: readonly (string | undefined)[]) => string
}

const any = /(?:)/

/** Dates and times. What has the form of one and is none is out of range; all else is not read. */
const datetimeRules: readonly Rule[] = [
  {
    kind: /^Conversion/,
    message: /^(?:date|time|timestamp) field value out of range: "([^"]*\d[^"]*)"/,
    code: 'datetime_out_of_range',
    say: ([value]) => `date/time field value out of range: "${value}"`,
  },
  {
    kind: /^Conversion/,
    message: /^(?:invalid )?(date|time|timestamp) field (?:format|value out of range): "([^"]*)"/,
    code: 'invalid_datetime',
    say: ([type, value]) => `invalid input syntax for type ${type}: "${value}"`,
  },
  {
    kind: /^Conversion/,
    message: /^Date out of range: (.*)/,
    code: 'datetime_out_of_range',
    say: ([value]) => `date field value out of range: ${value}`,
  },
  {
    kind: /^Conversion/,
    message: /^extract specifier "([^"]*)" not recognized/,
    code: 'invalid_input',
    say: ([unit]) => `unit "${unit}" not recognized`,
  },
  {
    kind: /^Invalid Input/,
    message: /^Could not parse string "([\d\s:./-]+)" according to format/,
    code: 'datetime_out_of_range',
    say: ([value]) => `date/time field value out of range: "${value}"`,
  },
  {
    kind: /^Invalid Input/,
    message: /^Could not parse string "([^"]*)" according to format/,
    code: 'invalid_datetime',
    say: ([value]) => `invalid value "${value}" for the pattern`,
  },
]

/** First match wins. */
const rules: readonly Rule[] = [
  { kind: /^Parser/, message: any, code: 'syntax_error' },
  {
    kind: /^(Catalog|Binder)/,
    message: /^Table with name "?([^"]+?)"? does not exist/,
    code: 'undefined_table',
    say: ([name]) => `relation "${name}" does not exist`,
  },
  {
    kind: /^(Catalog|Binder)/,
    message: /[Ff]unction with name "?([^" ]+?)"? (?:does not exist|is not in the catalog)/,
    code: 'undefined_function',
    say: ([name]) => `function ${name} does not exist`,
  },
  {
    kind: /^Catalog/,
    message: /^(Type|Schema|Catalog|Collation) with name "?([^"]+?)"? does not exist/,
    code: 'undefined_object',
    say: ([what, name]) => `${what?.toLowerCase()} "${name}" does not exist`,
  },
  { kind: /^Catalog/, message: /does not exist/, code: 'undefined_object' },
  { kind: /^Catalog/, message: /already exists/, code: 'duplicate_object' },
  {
    kind: /^Binder/,
    message:
      /^Referenced column "([^"]+)"|^Values list "[^"]*" does not have a column named "([^"]+)"|^Table "[^"]*" does not have a column named "([^"]+)"/,
    code: 'undefined_column',
    say: ([a, b, c]) => `column "${a ?? b ?? c}" does not exist`,
  },
  {
    kind: /^Binder/,
    message: /^Referenced table "([^"]+)" not found/,
    code: 'undefined_table',
    say: ([name]) => `missing FROM-clause entry for table "${name}"`,
  },
  {
    kind: /^Binder/,
    message: /^Ambiguous reference to column name "([^"]+)"/,
    code: 'ambiguous_column',
    say: ([name]) => `column reference "${name}" is ambiguous`,
  },
  {
    kind: /^Binder/,
    message: /^(ORDER|GROUP BY) term out of range/,
    code: 'invalid_column_reference',
    say: ([clause]) => `${clause === 'ORDER' ? 'ORDER BY' : clause} position is not in select list`,
  },
  { kind: /^Binder/, message: /GROUP BY|aggregate/i, code: 'grouping_error' },
  {
    kind: /^Binder/,
    message: /^No function matches the given name and argument types '([^']*)'/,
    code: 'undefined_function',
    say: ([call]) => `function ${call?.replaceAll('_LITERAL', '').toLowerCase()} does not exist`,
  },
  {
    kind: /^Binder/,
    message: /function call "([^"(]+)\(STRING_LITERAL, STRING_LITERAL\)"/,
    code: 'ambiguous_function',
    say: ([operator]) => `operator is not unique: unknown ${operator} unknown`,
  },
  { kind: /^Binder/, message: /cast|type|compare/i, code: 'datatype_mismatch' },
  { kind: /^Binder/, message: any, code: 'syntax_error' },
  {
    kind: /^Conversion/,
    message: /^Could not convert string '([^]*)' to (\w+)/,
    code: 'invalid_text',
    say: ([value, type]) => `invalid input syntax for type ${postgresName(type)}: "${value}"`,
  },
  ...datetimeRules,
  { kind: /^Conversion/, message: /out of range/i, code: 'out_of_range' },
  { kind: /^Conversion/, message: /^Unimplemented type for cast/, code: 'datatype_mismatch' },
  { kind: /^Conversion/, message: any, code: 'invalid_text' },
  { kind: /^(Mismatch|Invalid) Type/, message: any, code: 'datatype_mismatch' },
  { kind: /^Out of Range|^Sequence/, message: /division by zero|divide by zero/i, code: 'division_by_zero' },
  {
    kind: /^Out of Range/,
    message: /^cannot take square root of a negative number/,
    code: 'invalid_power',
  },
  {
    kind: /^Out of Range/,
    message: /^cannot take logarithm of (zero|a negative number)/,
    code: 'invalid_logarithm',
  },
  { kind: /^Out of Range|^Decimal/, message: any, code: 'out_of_range' },
  { kind: /^Invalid Input/, message: /^zero raised to a negative power/, code: 'invalid_power' },
  {
    kind: /^Invalid Input/,
    message: /^(count must be greater than zero|lower bound cannot equal upper bound)/,
    code: 'invalid_bucket',
  },
  { kind: /^Invalid Input/, message: /^field position must not be zero/, code: 'invalid_input' },
  {
    kind: /^Invalid Input/,
    message: /^A(SIN|COS) is undefined outside/,
    code: 'out_of_range',
    say: () => 'input is out of range',
  },
  { kind: /^Out of Memory/, message: any, code: 'out_of_memory', say: () => 'out of memory' },
  { kind: /^INTERRUPT/i, message: any, code: 'query_cancelled', say: () => cancelledText },
  { kind: /^Permission/, message: any, code: 'insufficient_privilege' },
  { kind: /^TransactionContext/, message: /read-only/, code: 'read_only' },
  { kind: any, message: /^unrecognized privilege type/, code: 'invalid_input' },
  { kind: /^(Not implemented|Missing Extension)/, message: any, code: 'feature_not_supported' },
  { kind: /^Invalid Input/, message: /multiple statements/, code: 'syntax_error' },
  { kind: /^Invalid Input/, message: /configuration has been locked/, code: 'cannot_change_setting' },
  { kind: /^Invalid Input/, message: /^division by zero$/, code: 'division_by_zero' },
  { kind: /^Invalid Input/, message: /^invalid input syntax for type/, code: 'invalid_text' },
  { kind: /^Invalid Input/, message: /^relation ".*" does not exist$/, code: 'undefined_table' },
  { kind: /^Invalid Input/, message: /^(type|role) ".*" does not exist$/, code: 'undefined_object' },
  { kind: /^Invalid Input/, message: /^schema ".*" does not exist$/, code: 'undefined_schema' },
  { kind: /^Invalid Input/, message: /^unrecognized configuration parameter/, code: 'undefined_object' },
  { kind: /^Invalid Input/, message: /^negative substring length/, code: 'substring_error' },
  {
    kind: /^Invalid Input/,
    message: /^More than one row returned by a subquery used as an expression/,
    code: 'cardinality_violation',
    say: () => 'more than one row returned by a subquery used as an expression',
  },
  { kind: /^Invalid Input/, message: any, code: 'data_exception' },
  { kind: /^IO/, message: any, code: 'file_error' },
  { kind: /^(HTTP|Serialization)/, message: any, code: 'source_failed' },
]

export const cancelledText = 'canceling statement due to user request'

/** The engine's names of types in messages are its physical ones. */
function postgresName(type: string | undefined): string {
  return (type === undefined ? undefined : physicalNames[type]) ?? (type ?? '').toLowerCase()
}

const physicalNames: Readonly<Record<string, string>> = {
  BOOL: 'boolean',
  INT8: 'smallint',
  INT16: 'smallint',
  INT32: 'integer',
  INT64: 'bigint',
  INT128: 'numeric',
  FLOAT: 'real',
  DOUBLE: 'double precision',
}

function build(code: ErrorCode, message: string, parsed: Parsed, cause: unknown): EverportError {
  if (code === 'internal') {
    // Without a class it is not the engine's: nothing to show a client.
    return new EverportError('internal', 'internal error of the query engine', {
      ...(parsed.kind === '' ? {} : { detail: message }),
      cause,
    })
  }
  const details: { -readonly [K in keyof ErrorDetails]: ErrorDetails[K] } = { cause }
  if (message !== parsed.message) details.detail = parsed.message
  if (parsed.rest !== '') details.hint = parsed.rest
  if (code === 'out_of_memory') delete details.hint
  if (parsed.position !== undefined) details.position = parsed.position
  return new EverportError(code, message, details)
}

const caretLines = /\n*LINE (\d+): ([^\n]*)\n( *)\^\s*$/

function parse(text: string, statement: string): Parsed {
  const caret = caretLines.exec(text)
  const body = caret === null ? text : text.slice(0, caret.index)
  const colon = /^([A-Za-z][A-Za-z ]*?)(?: Error)?: /.exec(body)
  const kind = colon?.[1] ?? ''
  const lines = body.slice(colon?.[0].length ?? 0).split('\n')
  const message = (lines[0] ?? '').trim()
  const rest = lines.slice(1).join('\n').trim()
  return { kind, message, rest, position: caret === null ? undefined : positionOf(caret, statement) }
}

/** Long lines are shown in part, with dots at the ends; the part that is shown is looked up again. */
function positionOf(caret: RegExpExecArray, statement: string): number | undefined {
  const [, lineText = '', shown = '', indent = ''] = caret
  const number = Number(lineText)
  const lines = statement.split('\n')
  const line = lines[number - 1]
  if (line === undefined) return undefined
  const cutFront = shown.startsWith('...') ? 3 : 0
  const snippet = shown.slice(cutFront).replace(/\.\.\.$/, '')
  const from = line.indexOf(snippet)
  if (from < 0) return undefined
  const before = lines.slice(0, number - 1).reduce((sum, one) => sum + one.length + 1, 0)
  const column = indent.length - `LINE ${lineText}: `.length - cutFront
  return column < 0 ? undefined : before + from + column + 1
}
