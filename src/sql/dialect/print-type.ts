import type { TypeName } from 'libpg-query'
import { identifier, literal } from '../../base/sql-text.ts'
import { integerOf, textOf } from './print-constant.ts'
import { lastName } from './translation.ts'

/** Types of PostgreSQL by the name that its parser gives them; the engine's in their place. */
const engineTypes: Readonly<Record<string, string>> = {
  bool: 'BOOLEAN',
  int2: 'SMALLINT',
  int4: 'INTEGER',
  int8: 'BIGINT',
  float4: 'FLOAT',
  float8: 'DOUBLE',
  text: 'VARCHAR',
  varchar: 'VARCHAR',
  bpchar: 'VARCHAR',
  char: 'VARCHAR',
  name: 'VARCHAR',
  oid: 'UINTEGER',
  xid: 'UINTEGER',
  cid: 'UINTEGER',
  cstring: 'VARCHAR',
  int2vector: 'SMALLINT[]',
  oidvector: 'UINTEGER[]',
  aclitem: 'VARCHAR',
  unknown: 'VARCHAR',
  bytea: 'BLOB',
  date: 'DATE',
  time: 'TIME',
  timetz: 'TIMETZ',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMPTZ',
  interval: 'INTERVAL',
  uuid: 'UUID',
  json: 'JSON',
  jsonb: 'JSON',
  bit: 'BIT',
  varbit: 'BIT',
  inet: 'VARCHAR',
  cidr: 'VARCHAR',
  xml: 'VARCHAR',
}

/**
 * numeric without precision: the engine's widest, 28 digits before the point and 10 behind. Written without a space, it is told from `numeric(38, 10)`, whose values have ten
 * digits behind the point.
 */
export const widestDecimal = 'DECIMAL(38,10)'

/** The name of a type without its modifiers, as PostgreSQL's catalog has it: `int4`, `bpchar`. */
export function typeNameOf(type: TypeName): string {
  return lastName(type.names)
}

export function isArray(type: TypeName): boolean {
  return (type.arrayBounds ?? []).length > 0
}

/** The numbers of `numeric(10, 2)`, `varchar(5)`. */
export function modifiersOf(type: TypeName): number[] {
  return (type.typmods ?? []).map(integerOf).filter(number => number !== undefined)
}

export function printType(type: TypeName): string {
  const name = typeNameOf(type)
  const own = isEngineType(name) ? undefined : engineTypeWithArguments(name, type)
  return (own ?? elementType(name, modifiersOf(type))) + (type.arrayBounds ?? []).map(() => '[]').join('')
}

/** `enum('a', 'b')` and the like, which only the engine has. */
function engineTypeWithArguments(name: string, type: TypeName): string | undefined {
  const words = (type.typmods ?? []).map(textOf)
  if (words.length === 0 || !words.every(word => word !== undefined) || !/^[a-z]+$/.test(name))
    return undefined
  return `${name}(${words.map(literal).join(', ')})`
}

function elementType(name: string, modifiers: readonly number[]): string {
  if (name === 'numeric') {
    const [precision, scale = 0] = modifiers
    return precision === undefined ? widestDecimal : `DECIMAL(${Math.min(precision, 38)}, ${scale})`
  }
  return engineTypes[name] ?? identifier(name)
}

/** True when the engine has a type of its own for it. */
export function isEngineType(name: string): boolean {
  return name === 'numeric' || Object.hasOwn(engineTypes, name)
}
