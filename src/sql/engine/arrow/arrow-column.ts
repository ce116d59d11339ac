import type { LogicalType } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import { EverportError } from '../../../base/errors.ts'
import { type ArrowField, type ArrowType, arrowField } from '../../arrow/arrow-field.ts'
import { bitsEncoder } from '../encode/bits.ts'
import { timeWithZoneEncoder } from '../encode/temporal.ts'
import { fixedListWriter, listWriter, structWriter, unionWriter } from './nested-writers.ts'
import {
  booleanWriter,
  intervalWriter,
  unsignedHugeWriter,
  uuidWriter,
  wideningWriter,
} from './scalar-writers.ts'
import { stringWriter, textWriter } from './string-writers.ts'
import { fixedWriter, nullWriter, type VectorWriter } from './vector-writer.ts'

const { Type } = duckdb

/** How a column of the engine appears in Arrow, and what copies it there. */
export interface ArrowColumn {
  field(name: string): ArrowField
  writer(): VectorWriter
  /** What the indexes of each dictionary in it mean, in the order of `dictionaryFields`. */
  readonly dictionaries: readonly (readonly string[])[]
}

/**
 * The nearest type that clients know. Whole numbers keep their size; HUGEINT is decimal(38, 0), whose 128 bits hold all its values; times with
 * a zone and bit strings are text, as PostgreSQL writes them, since Arrow has neither.
 */
export function arrowColumn(logical: LogicalType): ArrowColumn {
  const id = duckdb.get_type_id(logical)
  const nested = nestedColumn(id, logical)
  if (nested !== undefined) return nested
  if (id === Type.DECIMAL) return decimalColumn(logical)
  if (id === Type.ENUM) return enumColumn(logical)
  if (id === Type.VARCHAR && duckdb.logical_type_get_alias(logical) === 'JSON')
    return scalar({ kind: 'utf8' }, stringWriter, 'arrow.json')
  const found = scalarColumns.get(id)
  if (found !== undefined) return found
  throw new EverportError(
    'feature_not_supported',
    `values of type ${Type[id]} cannot be sent to the client`,
    {
      hint: 'cast the value, for example to text',
    },
  )
}

function scalar(type: ArrowType, writer: () => VectorWriter, extension?: string): ArrowColumn {
  return {
    field: name => arrowField(name, type, extension === undefined ? {} : { extension }),
    writer,
    dictionaries: [],
  }
}

const int = (bits: 8 | 16 | 32 | 64, signed: boolean): ArrowColumn =>
  scalar({ kind: 'int', bits, signed }, () => fixedWriter(bits / 8))

const fixed = (type: ArrowType, bytesPerRow: number): ArrowColumn =>
  scalar(type, () => fixedWriter(bytesPerRow))

const scalarColumns: ReadonlyMap<number, ArrowColumn> = new Map<number, ArrowColumn>([
  [Type.BOOLEAN, scalar({ kind: 'bool' }, booleanWriter)],
  [Type.TINYINT, int(8, true)],
  [Type.UTINYINT, int(8, false)],
  [Type.SMALLINT, int(16, true)],
  [Type.USMALLINT, int(16, false)],
  [Type.INTEGER, int(32, true)],
  [Type.UINTEGER, int(32, false)],
  [Type.BIGINT, int(64, true)],
  [Type.UBIGINT, int(64, false)],
  [Type.HUGEINT, fixed({ kind: 'decimal', bits: 128, precision: 38, scale: 0 }, 16)],
  [Type.UHUGEINT, scalar({ kind: 'decimal', bits: 256, precision: 39, scale: 0 }, unsignedHugeWriter)],
  [Type.FLOAT, fixed({ kind: 'float', bits: 32 }, 4)],
  [Type.DOUBLE, fixed({ kind: 'float', bits: 64 }, 8)],
  [Type.VARCHAR, scalar({ kind: 'utf8' }, stringWriter)],
  [Type.BLOB, scalar({ kind: 'binary' }, stringWriter)],
  [Type.BIT, scalar({ kind: 'utf8' }, () => textWriter(bitsEncoder(0)))],
  [Type.DATE, fixed({ kind: 'date' }, 4)],
  [Type.TIME, fixed({ kind: 'time', unit: 'microsecond' }, 8)],
  [Type.TIME_NS, fixed({ kind: 'time', unit: 'nanosecond' }, 8)],
  [Type.TIME_TZ, scalar({ kind: 'utf8' }, () => textWriter(timeWithZoneEncoder(0)))],
  [Type.TIMESTAMP, fixed({ kind: 'timestamp', unit: 'microsecond' }, 8)],
  [Type.TIMESTAMP_S, fixed({ kind: 'timestamp', unit: 'second' }, 8)],
  [Type.TIMESTAMP_MS, fixed({ kind: 'timestamp', unit: 'millisecond' }, 8)],
  [Type.TIMESTAMP_NS, fixed({ kind: 'timestamp', unit: 'nanosecond' }, 8)],
  [Type.TIMESTAMP_TZ, fixed({ kind: 'timestamp', unit: 'microsecond', zone: 'UTC' }, 8)],
  [Type.INTERVAL, scalar({ kind: 'interval' }, intervalWriter)],
  [Type.UUID, scalar({ kind: 'fixed-binary', width: 16 }, uuidWriter, 'arrow.uuid')],
  [Type.SQLNULL, scalar({ kind: 'null' }, nullWriter)],
])

function decimalColumn(logical: LogicalType): ArrowColumn {
  const precision = duckdb.decimal_width(logical)
  const type: ArrowType = { kind: 'decimal', bits: 128, precision, scale: duckdb.decimal_scale(logical) }
  if (precision > 18) return fixed(type, 16)
  return scalar(type, () => wideningWriter(precision <= 4 ? 2 : precision <= 9 ? 4 : 8))
}

/** The engine's codes are of the smallest size that counts the words. */
function enumColumn(logical: LogicalType): ArrowColumn {
  const size = duckdb.enum_dictionary_size(logical)
  const words = Array.from({ length: size }, (_, i) => duckdb.enum_dictionary_value(logical, i))
  const dictionaryIndexBits = size <= 0xff ? 8 : size <= 0xffff ? 16 : 32
  return {
    field: name => arrowField(name, { kind: 'utf8' }, { dictionaryIndexBits }),
    writer: () => fixedWriter(dictionaryIndexBits / 8),
    dictionaries: [words],
  }
}

function nestedColumn(id: duckdb.Type, logical: LogicalType): ArrowColumn | undefined {
  if (id === Type.LIST) {
    const item = arrowColumn(duckdb.list_type_child_type(logical))
    return container({ kind: 'list' }, [['item', item]], ([writer]) => listWriter(writer as VectorWriter))
  }
  if (id === Type.ARRAY) {
    const size = duckdb.array_type_array_size(logical)
    const item = arrowColumn(duckdb.array_type_child_type(logical))
    return container({ kind: 'fixed-list', size }, [['item', item]], ([writer]) =>
      fixedListWriter(writer as VectorWriter, size),
    )
  }
  if (id === Type.MAP) return mapColumn(logical)
  if (id === Type.STRUCT) {
    const members = Array.from({ length: duckdb.struct_type_child_count(logical) }, (_, i) => {
      const type = duckdb.struct_type_child_type(logical, i)
      return [duckdb.struct_type_child_name(logical, i), arrowColumn(type)] as const
    })
    return container({ kind: 'struct' }, members, structWriter)
  }
  if (id !== Type.UNION) return undefined
  const members = Array.from({ length: duckdb.union_type_member_count(logical) }, (_, i) => {
    const type = duckdb.union_type_member_type(logical, i)
    return [duckdb.union_type_member_name(logical, i), arrowColumn(type)] as const
  })
  return container({ kind: 'union', mode: 'sparse' }, members, unionWriter)
}

type Member = readonly [name: string, column: ArrowColumn]

function container(
  type: ArrowType,
  members: readonly Member[],
  writer: (members: readonly VectorWriter[]) => VectorWriter,
): ArrowColumn {
  return {
    field: name => arrowField(name, type, { children: members.map(([each, column]) => column.field(each)) }),
    writer: () => writer(members.map(([, column]) => column.writer())),
    dictionaries: members.flatMap(([, column]) => column.dictionaries),
  }
}

/** A list of entries; neither they nor their keys are ever null. */
function mapColumn(logical: LogicalType): ArrowColumn {
  const key = arrowColumn(duckdb.map_type_key_type(logical))
  const value = arrowColumn(duckdb.map_type_value_type(logical))
  return {
    field(name) {
      const entry = [{ ...key.field('key'), nullable: false }, value.field('value')]
      const entries = arrowField('entries', { kind: 'struct' }, { nullable: false, children: entry })
      return arrowField(name, { kind: 'map' }, { children: [entries] })
    },
    writer: () => listWriter(structWriter([key.writer(), value.writer()])),
    dictionaries: [...key.dictionaries, ...value.dictionaries],
  }
}
