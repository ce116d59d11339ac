import { EverportError } from '../../base/errors.ts'
import type { TokenCursor } from './token-cursor.ts'

interface NamedType {
  readonly oid: number
  readonly arrayOid: number
  /** The name that casts are written with, then others that mean the same. */
  readonly names: readonly [string, ...string[]]
}

/** The types that a parameter may have (pg_type.dat). */
const types: readonly NamedType[] = [
  { oid: 16, arrayOid: 1000, names: ['boolean', 'bool'] },
  { oid: 17, arrayOid: 1001, names: ['bytea'] },
  { oid: 19, arrayOid: 1003, names: ['name'] },
  { oid: 20, arrayOid: 1016, names: ['bigint', 'int8'] },
  { oid: 21, arrayOid: 1005, names: ['smallint', 'int2'] },
  { oid: 23, arrayOid: 1007, names: ['integer', 'int', 'int4'] },
  { oid: 25, arrayOid: 1009, names: ['text'] },
  { oid: 26, arrayOid: 1028, names: ['oid'] },
  { oid: 114, arrayOid: 199, names: ['json'] },
  { oid: 700, arrayOid: 1021, names: ['real', 'float4'] },
  { oid: 701, arrayOid: 1022, names: ['double precision', 'float8', 'float'] },
  { oid: 1042, arrayOid: 1014, names: ['bpchar', 'character', 'char'] },
  { oid: 1043, arrayOid: 1015, names: ['varchar', 'character varying', 'char varying'] },
  { oid: 1082, arrayOid: 1182, names: ['date'] },
  { oid: 1083, arrayOid: 1183, names: ['time'] },
  { oid: 1114, arrayOid: 1115, names: ['timestamp'] },
  { oid: 1184, arrayOid: 1185, names: ['timestamptz'] },
  { oid: 1186, arrayOid: 1187, names: ['interval'] },
  { oid: 1266, arrayOid: 1270, names: ['timetz'] },
  { oid: 1562, arrayOid: 1563, names: ['varbit', 'bit varying'] },
  { oid: 1700, arrayOid: 1231, names: ['numeric', 'decimal', 'dec'] },
  { oid: 2950, arrayOid: 2951, names: ['uuid'] },
  { oid: 3802, arrayOid: 3807, names: ['jsonb'] },
]

const byName = new Map(types.flatMap(type => type.names.map(name => [name, type])))
const spelled = new Map(
  types.flatMap(({ oid, arrayOid, names: [name] }): [number, string][] => [
    [oid, name],
    [arrayOid, `${name}[]`],
  ]),
)

/** What a cast to the type of this OID is written with; undefined for a type that is none of a parameter's. */
export function typeName(oid: number): string | undefined {
  return spelled.get(oid)
}

/** The OID of the type that comes next: `double precision`, `varchar(10)`, `timestamp (3) with time zone`, `int[]`. Throws 'undefined_object'. */
export function readType(tokens: TokenCursor): number {
  const syntax = tokens.syntaxError()
  if (tokens.accept('pg_catalog') && !tokens.acceptSymbol('.')) throw tokens.syntaxError()
  const name = readName(tokens)
  const type = byName.get(name)
  if (type === undefined) {
    const position = syntax.position === undefined ? {} : { position: syntax.position }
    throw new EverportError('undefined_object', `type "${name}" does not exist`, position)
  }
  return readDimensions(tokens) ? type.arrayOid : type.oid
}

function readName(tokens: TokenCursor): string {
  const name = tokens.name()
  if (name === 'double' && tokens.accept('precision')) return 'double precision'
  const isText = name === 'character' || name === 'char' || name === 'bit'
  const whole = isText && tokens.accept('varying') ? `${name} varying` : name
  if (name === 'interval') while (tokens.acceptOneOf(...intervalWords) !== undefined);
  const precision = readModifiers(tokens)
  if (name === 'float' && precision !== undefined && precision <= 24) return 'float4'
  if (name !== 'time' && name !== 'timestamp') return whole
  if (tokens.accept('with', 'time', 'zone')) return `${name}tz`
  tokens.accept('without', 'time', 'zone')
  return name
}

const intervalWords = ['year', 'month', 'day', 'hour', 'minute', 'second', 'to']

/** `(10, 2)`: a parameter has no use for it but where it tells two types apart. */
function readModifiers(tokens: TokenCursor): number | undefined {
  if (!tokens.acceptSymbol('(')) return undefined
  const first = tokens.acceptInteger()
  if (first === undefined) throw tokens.syntaxError()
  while (tokens.acceptSymbol(',')) if (tokens.acceptInteger() === undefined) throw tokens.syntaxError()
  if (!tokens.acceptSymbol(')')) throw tokens.syntaxError()
  return first
}

function readDimensions(tokens: TokenCursor): boolean {
  let isArray = tokens.accept('array')
  while (tokens.acceptSymbol('[')) {
    tokens.acceptInteger()
    if (!tokens.acceptSymbol(']')) throw tokens.syntaxError()
    isArray = true
  }
  return isArray
}
