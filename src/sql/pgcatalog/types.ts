import { typeLines } from './type-lines.ts'

/** A row of pg_type, and the functions that it names. */
export interface SystemType {
  readonly oid: number
  readonly name: string
  readonly schema: string
  /** Bytes, or -1 and -2 for types of any length. */
  readonly length: number
  /** pg_type's column by column, but for the functions. */
  readonly row: Readonly<Record<string, string>>
  /** Which column names which function, with its OID. */
  readonly functions: readonly { readonly column: string; readonly oid: number; readonly name: string }[]
}

const columns =
  `oid typname typlen typbyval typtype typcategory typispreferred typdelim typelem typarray typinput typoutput typreceive typsend
  typmodin typmodout typalign typstorage typbasetype typtypmod typcollation typsubscript schema`.split(/\s+/)

export const systemTypes: readonly SystemType[] = typeLines
  .trim()
  .split('\n')
  .map(line => {
    const cells = line.split(' ')
    const row: Record<string, string> = {}
    const functions: { column: string; oid: number; name: string }[] = []
    for (const [i, column] of columns.entries()) {
      const [value = '', name] = (cells[i] ?? '').split('=')
      if (column === 'schema') continue
      row[column] = value
      if (name !== undefined && name !== '-') functions.push({ column, oid: Number(value), name })
    }
    return {
      oid: Number(cells[0]),
      name: cells[1] ?? '',
      schema: cells.at(-1) ?? '',
      length: Number(cells[2]),
      row,
      functions,
    }
  })

const byName = new Map(systemTypes.map(type => [type.name, type]))

export function systemTypeNamed(name: string): SystemType {
  const found = byName.get(name) ?? byName.get('text')
  if (found === undefined) throw new Error('the list of types is empty')
  return found
}

/** PostgreSQL's own words for types whose names in pg_type are others (format_type). */
export const spelledTypes: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bpchar: 'character',
  varchar: 'character varying',
  char: '"char"',
  time: 'time without time zone',
  timetz: 'time with time zone',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  varbit: 'bit varying',
}

/** The engine's type for a column of that type. Nothing but an OID is a UINTEGER in a statement of PostgreSQL's, so that such columns can be told. */
export function engineTypeOf(name: string): string {
  if (name.startsWith('_')) return `${engineTypeOf(name.slice(1))}[]`
  return engineTypes[name] ?? 'VARCHAR'
}

const engineTypes: Readonly<Record<string, string>> = {
  bool: 'BOOLEAN',
  int2: 'SMALLINT',
  int4: 'INTEGER',
  int8: 'BIGINT',
  float4: 'FLOAT',
  float8: 'DOUBLE',
  numeric: 'DECIMAL(38, 10)',
  bytea: 'BLOB',
  interval: 'INTERVAL',
  timestamptz: 'TIMESTAMPTZ',
  time_stamp: 'TIMESTAMPTZ',
  oid: 'UINTEGER',
  regproc: 'UINTEGER',
  regtype: 'UINTEGER',
  xid: 'UINTEGER',
  cardinal_number: 'INTEGER',
  int2vector: 'SMALLINT[]',
  oidvector: 'UINTEGER[]',
}

/** What the engine calls a column's type, as PostgreSQL has it: `DECIMAL(9,2)` is numeric with a modifier. */
export function typeOfEngine(text: string): { readonly type: SystemType; readonly modifier: number } {
  const array = /^(.*)\[\d*\]$/.exec(text)
  if (array !== null) {
    const element = typeOfEngine(array[1] ?? '').type
    // Arrays of arrays and of what is JSON here go out as JSON.
    const isScalar = element.name !== 'json' && !element.name.startsWith('_')
    return { type: systemTypeNamed(isScalar ? `_${element.name}` : 'json'), modifier: -1 }
  }
  const decimal = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(text)
  if (decimal !== null) {
    const modifier = ((Number(decimal[1]) << 16) | Number(decimal[2])) + 4
    return { type: systemTypeNamed('numeric'), modifier }
  }
  if (/^(STRUCT|MAP|UNION)\(/.test(text)) return { type: systemTypeNamed('json'), modifier: -1 }
  return { type: systemTypeNamed(ofEngine[text] ?? 'text'), modifier: -1 }
}

const ofEngine: Readonly<Record<string, string>> = {
  BOOLEAN: 'bool',
  TINYINT: 'int2',
  UTINYINT: 'int2',
  SMALLINT: 'int2',
  USMALLINT: 'int4',
  INTEGER: 'int4',
  UINTEGER: 'int8',
  BIGINT: 'int8',
  UBIGINT: 'numeric',
  HUGEINT: 'numeric',
  UHUGEINT: 'numeric',
  FLOAT: 'float4',
  DOUBLE: 'float8',
  VARCHAR: 'text',
  BLOB: 'bytea',
  BIT: 'varbit',
  DATE: 'date',
  TIME: 'time',
  TIME_NS: 'time',
  'TIME WITH TIME ZONE': 'timetz',
  TIMESTAMP: 'timestamp',
  TIMESTAMP_S: 'timestamp',
  TIMESTAMP_MS: 'timestamp',
  TIMESTAMP_NS: 'timestamp',
  'TIMESTAMP WITH TIME ZONE': 'timestamptz',
  INTERVAL: 'interval',
  UUID: 'uuid',
  JSON: 'json',
}
