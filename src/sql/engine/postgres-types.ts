/** PostgreSQL's built-in types that results and parameters use: OID, size (-1 variable) and OID of its array (pg_type.dat). */
export interface PostgresType {
  readonly name: string
  readonly oid: number
  readonly size: number
  readonly arrayOid: number
}

const type = (name: string, oid: number, size: number, arrayOid: number): PostgresType => ({
  name,
  oid,
  size,
  arrayOid,
})

export const postgresTypes = {
  bool: type('boolean', 16, 1, 1000),
  bytea: type('bytea', 17, -1, 1001),
  char: type('"char"', 18, 1, 1002),
  name: type('name', 19, 64, 1003),
  int8: type('bigint', 20, 8, 1016),
  int2: type('smallint', 21, 2, 1005),
  int4: type('integer', 23, 4, 1007),
  text: type('text', 25, -1, 1009),
  oid: type('oid', 26, 4, 1028),
  json: type('json', 114, -1, 199),
  float4: type('real', 700, 4, 1021),
  float8: type('double precision', 701, 8, 1022),
  unknown: type('unknown', 705, -2, 0),
  bpchar: type('character', 1042, -1, 1014),
  varchar: type('character varying', 1043, -1, 1015),
  date: type('date', 1082, 4, 1182),
  time: type('time without time zone', 1083, 8, 1183),
  timestamp: type('timestamp without time zone', 1114, 8, 1115),
  timestamptz: type('timestamp with time zone', 1184, 8, 1185),
  interval: type('interval', 1186, 16, 1187),
  timetz: type('time with time zone', 1266, 12, 1270),
  varbit: type('bit varying', 1562, -1, 1563),
  numeric: type('numeric', 1700, -1, 1231),
  uuid: type('uuid', 2950, 16, 2951),
  jsonb: type('jsonb', 3802, -1, 3807),
} as const

/** numeric(precision, scale) as a type modifier: offset by the size of a length word, as PostgreSQL keeps it. */
export function numericModifier(precision: number, scale: number): number {
  return ((precision << 16) | scale) + 4
}
