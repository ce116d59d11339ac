import type { ErrorCode } from '../../base/errors.ts'

export const cancelledText = 'canceling statement due to user request'

/** One kind of error, by the engine's class and words. */
export interface ErrorRule {
  readonly kind: RegExp
  readonly message: RegExp
  readonly code: ErrorCode
  readonly say?: (groups: readonly (string | undefined)[]) => string
}

const any = /(?:)/

/** Dates and times. What has the form of one and is none is out of range; all else is not read. */
const datetimeRules: readonly ErrorRule[] = [
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
export const errorRules: readonly ErrorRule[] = [
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
    message: /^(?=(?:Type|Schema|Catalog|Collation) with name "?([^"]+?)"? does not exist)(\w+)/,
    code: 'undefined_object',
    say: ([name, what]) => `${what?.toLowerCase()} "${name}" does not exist`,
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
    say: ([call]) => `function ${callText(call ?? '')} does not exist`,
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
    message: /^Could not convert string '([+-]?\d+)' to INT(16|32|64)\b/,
    code: 'out_of_range',
    say: ([value, bits]) => `value "${value}" is out of range for type ${postgresName(`INT${bits}`)}`,
  },
  {
    kind: /^Conversion/,
    message: /^Type \w+ with value .* out of range for the destination type (INT\d+)/,
    code: 'out_of_range',
    say: ([type]) => `${postgresName(type)} out of range`,
  },
  {
    kind: /^Conversion/,
    message: /^Type VARCHAR with value '([^]*)' can't be cast to the destination type .*\[\]/,
    code: 'invalid_text',
    say: ([value]) => `malformed array literal: "${value}"`,
  },
  {
    kind: /^Conversion/,
    message: /^Could not (?:cast value .*|convert string ["'][+-]?[\d.]+(?:[eE][+-]?\d+)?["']) to DECIMAL/,
    code: 'out_of_range',
    say: () => 'numeric field overflow',
  },
  {
    kind: /^Conversion/,
    message: /^Could not convert string ["']([^]*)["'] to (\w+)/,
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
  {
    kind: /^Out of Range/,
    message: /^Overflow in \w+ of (INT(?:16|32|64)) /,
    code: 'out_of_range',
    say: ([type]) => `${postgresName(type)} out of range`,
  },
  { kind: /^Out of Range|^Decimal/, message: any, code: 'out_of_range' },
  { kind: /^Invalid Input/, message: /^zero raised to a negative power/, code: 'invalid_power' },
  {
    kind: /^Invalid Input/,
    message: /^(count must be greater than zero|lower bound cannot equal upper bound)/,
    code: 'invalid_bucket',
  },
  { kind: /^Invalid Input/, message: /^requested length too large/, code: 'message_too_large' },
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

/** By the engine's physical names, which its messages have, or its logical ones. */
export function postgresName(type: string | undefined): string {
  return (type === undefined ? undefined : engineTypes[type]) ?? (type ?? '').toLowerCase()
}

const engineTypes: Readonly<Record<string, string>> = {
  BOOL: 'boolean',
  INT8: 'smallint',
  INT16: 'smallint',
  INT32: 'integer',
  INT64: 'bigint',
  INT128: 'numeric',
  HUGEINT: 'numeric',
  DECIMAL: 'numeric',
  INTEGER_LITERAL: 'integer',
  STRING_LITERAL: 'unknown',
  VARCHAR: 'text',
  BLOB: 'bytea',
  FLOAT: 'real',
  DOUBLE: 'double precision',
}

/** `sum(VARCHAR)` as PostgreSQL says it. */
function callText(call: string): string {
  return call.replaceAll(/\b[A-Z][A-Z0-9_]*\b/g, type => postgresName(type))
}
