import type { LogicalType } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import { EverportError } from '../../base/errors.ts'
import { widestDecimal } from '../dialect/print-type.ts'
import { arrayEncoder, type ElementRange, fixedRange, listRange } from './encode/arrays.ts'
import { bitsEncoder } from './encode/bits.ts'
import type { ColumnEncoder } from './encode/column-encoder.ts'
import { enumEncoder } from './encode/enums.ts'
import { doubleEncoder, floatEncoder } from './encode/floats.ts'
import {
  booleanEncoder,
  int64Encoder,
  oidEncoder,
  smallIntegerEncoder,
  uint32Encoder,
} from './encode/integers.ts'
import { intervalEncoder } from './encode/interval.ts'
import {
  type JsonWriter,
  jsonEncoder,
  listJson,
  mapJson,
  scalarJson,
  structJson,
  unionJson,
} from './encode/json.ts'
import { decimalEncoder, hugeEncoder, trimmedEncoder, uint64Encoder } from './encode/numeric.ts'
import { quotientEncoder } from './encode/quotients.ts'
import { bytesEncoder, hexBytesEncoder } from './encode/strings.ts'
import { dateEncoder, timeEncoder, timeWithZoneEncoder } from './encode/temporal.ts'
import { timestampEncoder } from './encode/timestamps.ts'
import { uuidEncoder } from './encode/uuid.ts'
import type { Format } from './engine.ts'
import { numericModifier, type PostgresType, postgresTypes } from './postgres-types.ts'

const { Type } = duckdb

/** How a column of the engine appears to a PostgreSQL client. */
export interface ColumnType {
  readonly type: PostgresType
  readonly oid: number
  readonly size: number
  readonly modifier: number
  /** How its text stands in JSON. */
  readonly json: 'raw' | 'boolean' | 'string'
  encoder(format: Format): ColumnEncoder
}

/**
 * Integers go to the next PostgreSQL integer that holds all their values, numeric where none does; lists of scalars are arrays;
 * everything nested deeper is json. Undefined for a type that is not known before parameters have types.
 */
export function columnType(logical: LogicalType): ColumnType | undefined {
  const id = duckdb.get_type_id(logical)
  if (id === Type.LIST || id === Type.ARRAY) return arrayType(logical)
  if (id === Type.STRUCT || id === Type.MAP || id === Type.UNION) {
    return scalar(postgresTypes.json, () => jsonEncoder(jsonWriter(logical)), 'raw')
  }
  if (id === Type.DECIMAL) return decimalType(logical)
  if (id === Type.ENUM) return scalar(postgresTypes.text, () => enumEncoder(enumWords(logical)))
  if (id === Type.VARCHAR && duckdb.logical_type_get_alias(logical) === 'JSON') {
    return scalar(postgresTypes.json, bytesEncoder, 'raw')
  }
  return scalarTypes.get(id)
}

/** As `columnType`, for a column that must have a type. */
export function knownColumnType(logical: LogicalType): ColumnType {
  const found = columnType(logical)
  if (found !== undefined) return found
  const name = Type[duckdb.get_type_id(logical)]
  throw new EverportError('feature_not_supported', `values of type ${name} cannot be sent to the client`, {
    hint: 'cast the value, for example to text',
  })
}

function scalar(
  type: PostgresType,
  encoder: (format: Format) => ColumnEncoder,
  json: ColumnType['json'] = 'string',
): ColumnType {
  return { type, oid: type.oid, size: type.size, modifier: -1, json, encoder }
}

const scalarTypes: ReadonlyMap<number, ColumnType> = new Map<number, ColumnType>([
  [Type.BOOLEAN, scalar(postgresTypes.bool, booleanEncoder, 'boolean')],
  [Type.TINYINT, scalar(postgresTypes.int2, format => smallIntegerEncoder(Int8Array, 2, format), 'raw')],
  [Type.UTINYINT, scalar(postgresTypes.int2, format => smallIntegerEncoder(Uint8Array, 2, format), 'raw')],
  [Type.SMALLINT, scalar(postgresTypes.int2, format => smallIntegerEncoder(Int16Array, 2, format), 'raw')],
  [Type.USMALLINT, scalar(postgresTypes.int4, format => smallIntegerEncoder(Uint16Array, 4, format), 'raw')],
  [Type.INTEGER, scalar(postgresTypes.int4, format => smallIntegerEncoder(Int32Array, 4, format), 'raw')],
  [Type.UINTEGER, scalar(postgresTypes.int8, uint32Encoder, 'raw')],
  [Type.BIGINT, scalar(postgresTypes.int8, int64Encoder, 'raw')],
  [Type.UBIGINT, scalar(postgresTypes.numeric, uint64Encoder, 'raw')],
  [Type.HUGEINT, scalar(postgresTypes.numeric, format => hugeEncoder(true, 0, format), 'raw')],
  [Type.UHUGEINT, scalar(postgresTypes.numeric, format => hugeEncoder(false, 0, format), 'raw')],
  [Type.FLOAT, scalar(postgresTypes.float4, floatEncoder, 'raw')],
  [Type.DOUBLE, scalar(postgresTypes.float8, doubleEncoder, 'raw')],
  [Type.VARCHAR, scalar(postgresTypes.text, bytesEncoder)],
  [Type.BLOB, scalar(postgresTypes.bytea, format => (format === 0 ? hexBytesEncoder() : bytesEncoder()))],
  [Type.BIT, scalar(postgresTypes.varbit, bitsEncoder)],
  [Type.DATE, scalar(postgresTypes.date, dateEncoder)],
  [Type.TIME, scalar(postgresTypes.time, format => timeEncoder(1, format))],
  [Type.TIME_NS, scalar(postgresTypes.time, format => timeEncoder(1_000, format))],
  [Type.TIME_TZ, scalar(postgresTypes.timetz, timeWithZoneEncoder)],
  [Type.TIMESTAMP, scalar(postgresTypes.timestamp, format => timestampEncoder('microsecond', false, format))],
  [Type.TIMESTAMP_S, scalar(postgresTypes.timestamp, format => timestampEncoder('second', false, format))],
  [
    Type.TIMESTAMP_MS,
    scalar(postgresTypes.timestamp, format => timestampEncoder('millisecond', false, format)),
  ],
  [
    Type.TIMESTAMP_NS,
    scalar(postgresTypes.timestamp, format => timestampEncoder('nanosecond', false, format)),
  ],
  [
    Type.TIMESTAMP_TZ,
    scalar(postgresTypes.timestamptz, format => timestampEncoder('microsecond', true, format)),
  ],
  [Type.INTERVAL, scalar(postgresTypes.interval, intervalEncoder)],
  [Type.UUID, scalar(postgresTypes.uuid, uuidEncoder)],
  // `select null`: PostgreSQL calls it text. Its vector holds 4 bytes a row, none of them read.
  [Type.SQLNULL, scalar(postgresTypes.text, () => smallIntegerEncoder(Int8Array, 2, 0))],
])

/** As `knownColumnType`, for a statement that reads nothing but PostgreSQL's catalogs: OIDs are the only such integers there. */
export function catalogColumnType(logical: LogicalType): ColumnType {
  const id = duckdb.get_type_id(logical)
  if (id === Type.UINTEGER) return oidType
  if (id !== Type.LIST || duckdb.get_type_id(elementType(logical)) !== Type.UINTEGER)
    return knownColumnType(logical)
  return arrayOf(logical, oidType)
}

const oidType = scalar(postgresTypes.oid, oidEncoder, 'raw')

function decimalType(logical: LogicalType): ColumnType {
  const width = duckdb.decimal_width(logical)
  const scale = duckdb.decimal_scale(logical)
  return {
    ...scalar(postgresTypes.numeric, format => decimalEncoder(width, scale, format), 'raw'),
    modifier: numericModifier(width, scale),
  }
}

/**
 * For a statement that casts to numeric without a scale, which PostgreSQL keeps with as many digits as each value has: the engine's widest decimal, without the zeros
 * that fill it. Undefined for all other types.
 */
export function plainNumericColumnType(logical: LogicalType): ColumnType | undefined {
  if (duckdb.get_type_id(logical) !== Type.DECIMAL) return undefined
  const scale = duckdb.decimal_scale(logical)
  if (`DECIMAL(${duckdb.decimal_width(logical)},${scale})` !== widestDecimal) return undefined
  return scalar(postgresTypes.numeric, format => trimmedEncoder(scale, format), 'raw')
}

/** A column of doubles that PostgreSQL computes as numeric; `scale` where the statement itself rounds to it. */
export function quotientColumnType(scale: number | undefined): ColumnType {
  return scalar(postgresTypes.numeric, format => quotientEncoder(scale, format), 'raw')
}

function enumWords(logical: LogicalType): string[] {
  return Array.from({ length: duckdb.enum_dictionary_size(logical) }, (_, i) =>
    duckdb.enum_dictionary_value(logical, i),
  )
}

function arrayType(logical: LogicalType): ColumnType | undefined {
  const elementLogical = elementType(logical)
  const elementId = duckdb.get_type_id(elementLogical)
  const element = columnType(elementLogical)
  if (element === undefined) return undefined
  if (elementId === Type.LIST || elementId === Type.ARRAY || nested.has(elementId)) {
    return scalar(postgresTypes.json, () => jsonEncoder(jsonWriter(logical)), 'raw')
  }
  return arrayOf(logical, element)
}

function arrayOf(logical: LogicalType, element: ColumnType): ColumnType {
  return {
    ...element,
    oid: element.type.arrayOid,
    size: -1,
    encoder: format => arrayEncoder(rangeOf(logical), element.encoder(format), element.oid, format),
  }
}

const nested: ReadonlySet<number> = new Set<number>([Type.STRUCT, Type.MAP, Type.UNION])

function elementType(logical: LogicalType): LogicalType {
  return duckdb.get_type_id(logical) === Type.LIST
    ? duckdb.list_type_child_type(logical)
    : duckdb.array_type_child_type(logical)
}

function rangeOf(logical: LogicalType): ElementRange {
  return duckdb.get_type_id(logical) === Type.LIST
    ? listRange()
    : fixedRange(duckdb.array_type_array_size(logical))
}

function jsonWriter(logical: LogicalType): JsonWriter {
  const id = duckdb.get_type_id(logical)
  if (id === Type.LIST || id === Type.ARRAY)
    return listJson(rangeOf(logical), jsonWriter(elementType(logical)))
  if (id === Type.STRUCT) {
    return structJson(
      Array.from({ length: duckdb.struct_type_child_count(logical) }, (_, i) => ({
        name: duckdb.struct_type_child_name(logical, i),
        value: jsonWriter(duckdb.struct_type_child_type(logical, i)),
      })),
    )
  }
  if (id === Type.MAP) {
    return mapJson(
      listRange(),
      jsonWriter(duckdb.map_type_key_type(logical)),
      jsonWriter(duckdb.map_type_value_type(logical)),
    )
  }
  if (id === Type.UNION) {
    return unionJson(
      Array.from({ length: duckdb.union_type_member_count(logical) }, (_, i) =>
        jsonWriter(duckdb.union_type_member_type(logical, i)),
      ),
    )
  }
  const type = knownColumnType(logical)
  return scalarJson(type.encoder(0), type.json)
}
