import type { PreparedStatement } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import { EverportError } from '../../base/errors.ts'
import { type Rewritten, rewrite } from '../statements/rewrite.ts'
import type { Token } from '../statements/token-text.ts'
import type { ParameterValue } from './engine.ts'
import { readArray } from './parameter-array.ts'
import * as text from './parameter-text.ts'
import { type PostgresType, postgresTypes } from './postgres-types.ts'

/** How a parameter of one PostgreSQL type reaches the engine. */
interface ParameterRule {
  readonly type: PostgresType
  /** What stands in the statement instead of `$n`; the casts fix the type before a value is known. */
  readonly sql: (parameter: string) => string
  readonly bind: (statement: PreparedStatement, index: number, value: text.WireValue) => void
}

type Bind = ParameterRule['bind']

function direct(type: PostgresType, engineType: string, bind: Bind): ParameterRule {
  return { type, sql: parameter => `CAST(${parameter} AS ${engineType})`, bind }
}

/** By way of text, which the engine reads itself; binary values are written as text first. */
function byText(type: PostgresType, engineType: string, read: text.ReadText): ParameterRule {
  return {
    type,
    sql: parameter => `CAST(CAST(${parameter} AS VARCHAR) AS ${engineType})`,
    bind: (statement, index, value) => duckdb.bind_varchar(statement, index, read(value)),
  }
}

const asText: Bind = (statement, index, value) => duckdb.bind_varchar(statement, index, text.utf8(value))

/** numeric without precision: the engine's widest, 28 digits before the point and 10 behind. */
const widestDecimal = 'DECIMAL(38, 10)'

const rules: readonly ParameterRule[] = [
  direct(postgresTypes.bool, 'BOOLEAN', (s, i, v) => duckdb.bind_boolean(s, i, text.boolean(v))),
  direct(postgresTypes.int2, 'SMALLINT', (s, i, v) => duckdb.bind_int16(s, i, Number(text.integer(v, 2)))),
  direct(postgresTypes.int4, 'INTEGER', (s, i, v) => duckdb.bind_int32(s, i, Number(text.integer(v, 4)))),
  direct(postgresTypes.int8, 'BIGINT', (s, i, v) => duckdb.bind_int64(s, i, text.integer(v, 8))),
  direct(postgresTypes.oid, 'BIGINT', (s, i, v) =>
    duckdb.bind_int64(s, i, BigInt.asUintN(32, text.integer(v, 4, true))),
  ),
  direct(postgresTypes.float4, 'FLOAT', (s, i, v) => duckdb.bind_float(s, i, text.float(v, 4))),
  direct(postgresTypes.float8, 'DOUBLE', (s, i, v) => duckdb.bind_double(s, i, text.float(v, 8))),
  direct(postgresTypes.text, 'VARCHAR', asText),
  direct(postgresTypes.varchar, 'VARCHAR', asText),
  direct(postgresTypes.bpchar, 'VARCHAR', asText),
  direct(postgresTypes.name, 'VARCHAR', asText),
  direct(postgresTypes.unknown, 'VARCHAR', asText),
  direct(postgresTypes.bytea, 'BLOB', (s, i, v) => duckdb.bind_blob(s, i, text.bytea(v))),
  byText(postgresTypes.numeric, widestDecimal, text.numeric),
  byText(postgresTypes.date, 'DATE', text.date),
  byText(postgresTypes.time, 'TIME', text.time),
  byText(postgresTypes.timetz, 'TIMETZ', text.timeWithZone),
  byText(postgresTypes.timestamp, 'TIMESTAMP', text.timestamp),
  byText(postgresTypes.timestamptz, 'TIMESTAMPTZ', text.timestampWithZone),
  byText(postgresTypes.interval, 'INTERVAL', text.interval),
  byText(postgresTypes.uuid, 'UUID', text.uuid),
  byText(postgresTypes.json, 'JSON', text.utf8),
  byText(postgresTypes.jsonb, 'JSON', text.jsonb),
]

const ruleOf: ReadonlyMap<number, ParameterRule> = new Map(rules.map(rule => [rule.type.oid, rule]))

const arrayOf: ReadonlyMap<number, { readonly element: ParameterRule; readonly engineType: string }> =
  new Map(
    rules.map(element => [
      element.type.arrayOid,
      { element, engineType: element.sql('').replace(/^.* AS (.*)\)$/, '$1') },
    ]),
  )

function ruleFor(oid: number): ParameterRule {
  const found = ruleOf.get(oid)
  if (found !== undefined) return found
  const array = arrayOf.get(oid)
  if (array !== undefined) {
    return byText(
      { name: `${array.element.type.name}[]`, oid, size: -1, arrayOid: 0 },
      `${array.engineType}[]`,
      readArray,
    )
  }
  throw new EverportError('feature_not_supported', `parameters of type OID ${oid} are not supported`, {
    hint: 'send the parameter as text and cast it in the statement',
  })
}

export function isParameterType(oid: number): boolean {
  return ruleOf.has(oid) || arrayOf.has(oid)
}

/** What stands for `$number` when its type is known; type OID 0 leaves it to the engine. It goes there by a name: numbers must have no gaps there. */
export function parameterSql(number: number, oid: number): string {
  const name = `$p${number}`
  return oid === 0 ? name : ruleFor(oid).sql(name)
}

/** The number in the statement of the engine's parameter at `index` (from 1). */
export function numberAt(statement: PreparedStatement, index: number): number {
  return Number(duckdb.parameter_name(statement, index).slice(1))
}

/** The statement with a typed expression instead of each `$n`. */
export function withParameterTypes(
  statement: string,
  found: readonly Token[],
  typeOids: readonly number[],
): Rewritten {
  const edits = found.flatMap(token => {
    if (token.kind !== 'parameter') return []
    const number = parameterNumber(token)
    return [{ start: token.start, end: token.end, text: parameterSql(number, typeOids[number - 1] ?? 0) }]
  })
  return rewrite(statement, edits)
}

/** Which parameters a statement has. */
export interface Parameters {
  /** As many as the highest number says. */
  readonly count: number
  readonly used: ReadonlySet<number>
}

export function parametersOf(found: readonly Token[]): Parameters {
  const used = new Set<number>()
  let count = 0
  for (const token of found) {
    if (token.kind !== 'parameter') continue
    used.add(parameterNumber(token))
    count = Math.max(count, parameterNumber(token))
  }
  if (count > parametersMax) {
    throw new EverportError('undefined_parameter', `there is no parameter $${count}`, {
      detail: `A statement has at most ${parametersMax} parameters.`,
    })
  }
  return { count, used }
}

/** The types of all parameters that there are, 0 for those that the client leaves open. Throws where nothing could say one, as in PostgreSQL. */
export function declaredTypes({ count, used }: Parameters, oids: readonly number[]): number[] {
  return Array.from({ length: Math.max(count, oids.length) }, (_, i) => {
    const oid = oids[i] ?? 0
    if (oid !== 0 || used.has(i + 1)) return oid
    throw new EverportError('indeterminate_type', `could not determine data type of parameter $${i + 1}`, {
      detail: 'The statement does not use it.',
      hint: 'number the parameters without gaps, or send its type',
    })
  })
}

/** Int16 unsigned, as the protocol counts. */
const parametersMax = 65_535

function parameterNumber(token: Token): number {
  return Number(token.text.slice(1))
}

export function bindParameters(
  statement: PreparedStatement,
  typeOids: readonly number[],
  values: readonly ParameterValue[],
): void {
  const count = duckdb.nparams(statement)
  for (let index = 1; index <= count; index++) {
    const number = numberAt(statement, index)
    const value = values[number - 1]
    if (value === undefined)
      throw new EverportError('protocol_violation', `no value for parameter $${number}`)
    if (value === null) duckdb.bind_null(statement, index)
    else {
      const found = ruleFor(typeOids[number - 1] ?? postgresTypes.text.oid)
      found.bind(statement, index, { ...value, type: found.type })
    }
  }
}
