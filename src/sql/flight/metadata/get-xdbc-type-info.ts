import { type ArrowType, arrowField } from '../../arrow/arrow-field.ts'
import {
  booleanColumn,
  integerColumn,
  listColumn,
  textColumn,
  type ValueColumn,
} from '../../arrow/value-columns.ts'
import { sqlCodec } from '../any-message.ts'
import { knownRows } from '../result-source.ts'
import type { MetadataCommand } from './metadata-commands.ts'

const command = sqlCodec<{ data_type?: number }>('CommandGetXdbcTypeInfo')

interface TypeRow {
  readonly name: string
  /** XdbcDataType. */
  readonly type: number
  readonly size: number | null
  readonly quotes?: string
  readonly radix?: number
  readonly scale?: readonly [min: number, max: number]
  /** Of XDBC_DATETIME and XDBC_INTERVAL. */
  readonly detail?: readonly [type: number, subcode: number]
  readonly params?: readonly string[]
}

/** Types that a result can have, as PostgreSQL names them; ordered by type as the command asks. */
const types: readonly TypeRow[] = [
  { name: 'bool', type: -7, size: 1 },
  { name: 'int8', type: -5, size: 19, radix: 10, scale: [0, 0] },
  { name: 'bytea', type: -3, size: null, quotes: "'" },
  { name: 'numeric', type: 2, size: 38, radix: 10, scale: [0, 38], params: ['precision', 'scale'] },
  { name: 'int4', type: 4, size: 10, radix: 10, scale: [0, 0] },
  { name: 'int2', type: 5, size: 5, radix: 10, scale: [0, 0] },
  { name: 'float4', type: 7, size: 24, radix: 2 },
  { name: 'float8', type: 8, size: 53, radix: 2 },
  { name: 'text', type: 12, size: null, quotes: "'" },
  { name: 'json', type: 12, size: null, quotes: "'" },
  { name: 'uuid', type: 12, size: 36, quotes: "'" },
  { name: 'date', type: 91, size: 10, quotes: "'", detail: [9, 1] },
  { name: 'time', type: 92, size: 15, quotes: "'", scale: [0, 6], detail: [9, 2] },
  { name: 'timestamp', type: 93, size: 26, quotes: "'", scale: [0, 6], detail: [9, 3] },
  { name: 'timestamptz', type: 93, size: 32, quotes: "'", scale: [0, 6], detail: [9, 5] },
]

type Cell = string | number | boolean | readonly string[] | null

const int32: ArrowType = { kind: 'int', bits: 32, signed: true }
const text: ArrowType = { kind: 'utf8' }
const bool: ArrowType = { kind: 'bool' }
const list: ArrowType = { kind: 'list' }

interface ColumnRule {
  readonly name: string
  readonly type: ArrowType
  readonly nullable?: boolean
  readonly cell: (row: TypeRow) => Cell
}

const nullableType = 1
const searchableFully = 3

/** As the comment above CommandGetXdbcTypeInfo has them. */
const columns: readonly ColumnRule[] = [
  { name: 'type_name', type: text, nullable: false, cell: row => row.name },
  { name: 'data_type', type: int32, nullable: false, cell: row => row.type },
  { name: 'column_size', type: int32, cell: row => row.size },
  { name: 'literal_prefix', type: text, cell: row => row.quotes ?? null },
  { name: 'literal_suffix', type: text, cell: row => row.quotes ?? null },
  { name: 'create_params', type: list, cell: row => row.params ?? null },
  { name: 'nullable', type: int32, nullable: false, cell: () => nullableType },
  { name: 'case_sensitive', type: bool, nullable: false, cell: row => row.type === 12 },
  { name: 'searchable', type: int32, nullable: false, cell: () => searchableFully },
  { name: 'unsigned_attribute', type: bool, cell: row => (row.radix === undefined ? null : false) },
  { name: 'fixed_prec_scale', type: bool, nullable: false, cell: () => false },
  { name: 'auto_increment', type: bool, cell: row => (row.radix === undefined ? null : false) },
  { name: 'local_type_name', type: text, cell: row => row.name },
  { name: 'minimum_scale', type: int32, cell: row => row.scale?.[0] ?? null },
  { name: 'maximum_scale', type: int32, cell: row => row.scale?.[1] ?? null },
  { name: 'sql_data_type', type: int32, nullable: false, cell: row => row.detail?.[0] ?? row.type },
  { name: 'datetime_subcode', type: int32, cell: row => row.detail?.[1] ?? null },
  { name: 'num_prec_radix', type: int32, cell: row => row.radix ?? null },
  { name: 'interval_precision', type: int32, cell: () => null },
]

const fields = columns.map(({ name, type, nullable = true }) =>
  arrowField(name, type, {
    nullable,
    children: type === list ? [arrowField('item', text, { nullable: false })] : [],
  }),
)

/** CommandGetXdbcTypeInfo. */
export const getXdbcTypeInfo: MetadataCommand = value => {
  const { data_type: asked } = command.decode(value)
  const rows = types.filter(({ type }) => asked === undefined || type === asked)
  return knownRows(
    fields,
    columns.map(({ type, cell }) => valueColumn(type, rows.map(cell))),
  )
}

function valueColumn(type: ArrowType, cells: readonly Cell[]): ValueColumn {
  if (type === text) return textColumn(cells as (string | null)[])
  if (type === bool) return booleanColumn(cells as (boolean | null)[])
  if (type === list) return listColumn(cells as (readonly string[] | null)[], textColumn)
  return integerColumn(cells as (number | null)[], 4)
}
