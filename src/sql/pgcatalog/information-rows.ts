import type { DescribedCatalog, DescribedColumn } from './described-catalog.ts'
import { allSystemRelations } from './relations.ts'
import { type KnownView, owner, type Row } from './row.ts'
import { type SystemType, spelledTypes, systemTypeNamed, typeOfEngine } from './types.ts'

/** information_schema's rows (SQL/Schemata as PostgreSQL fills it in). */
export function informationRows(
  described: DescribedCatalog,
  views: readonly KnownView[],
): [string, readonly Row[]][] {
  const database = described.database
  const schemas = new Set(['pg_catalog', 'information_schema', ...described.schemas.map(({ name }) => name)])
  const system = allSystemRelations()
  return [
    [
      'information_schema.schemata',
      Array.from(schemas, schema_name => ({
        catalog_name: database,
        schema_name,
        schema_owner: owner.name,
      })),
    ],
    [
      'information_schema.character_sets',
      [
        {
          character_set_name: 'UTF8',
          character_repertoire: 'UCS',
          form_of_use: 'UTF8',
          default_collate_catalog: database,
          default_collate_schema: 'pg_catalog',
          default_collate_name: 'C',
        },
      ],
    ],
    ['information_schema.information_schema_catalog_name', [{ catalog_name: database }]],
    [
      'information_schema.tables',
      [
        ...system.map(({ schema, name, kind }) => tableRow(database, schema, name, kind)),
        ...views.map(({ schema, name }) => tableRow(database, schema, name, 'v')),
      ],
    ],
    ['information_schema.views', views.map(view => viewRow(database, view))],
    [
      'information_schema.columns',
      [
        ...system.flatMap(({ schema, name, columns }) =>
          columns.map((column, i) =>
            columnRow(
              { database, schema, table: name, column: column.name, position: i + 1 },
              column.isNotNull,
              {
                type: systemTypeNamed(column.type),
                modifier: -1,
              },
            ),
          ),
        ),
        ...views.flatMap(({ schema, name, columns }) =>
          columns.map((column: DescribedColumn, i) =>
            columnRow(
              { database, schema, table: name, column: column.name, position: i + 1 },
              false,
              typeOfEngine(column.type),
            ),
          ),
        ),
      ],
    ],
  ]
}

function tableRow(table_catalog: string, table_schema: string, table_name: string, kind: 'r' | 'v'): Row {
  return {
    table_catalog,
    table_schema,
    table_name,
    table_type: kind === 'v' ? 'VIEW' : 'BASE TABLE',
    is_insertable_into: 'NO',
    is_typed: 'NO',
  }
}

function viewRow(table_catalog: string, { schema, name, definition }: KnownView): Row {
  return {
    table_catalog,
    table_schema: schema,
    table_name: name,
    view_definition: definition,
    check_option: 'NONE',
    is_updatable: 'NO',
    is_insertable_into: 'NO',
    is_trigger_updatable: 'NO',
    is_trigger_deletable: 'NO',
    is_trigger_insertable_into: 'NO',
  }
}

interface Place {
  readonly database: string
  readonly schema: string
  readonly table: string
  readonly column: string
  readonly position: number
}

function columnRow(
  { database, schema, table, column, position }: Place,
  isNotNull: boolean,
  { type, modifier }: { type: SystemType; modifier: number },
): Row {
  return {
    table_catalog: database,
    table_schema: schema,
    table_name: table,
    column_name: column,
    ordinal_position: position,
    is_nullable: isNotNull ? 'NO' : 'YES',
    data_type: type.row['typcategory'] === 'A' ? 'ARRAY' : (spelledTypes[type.name] ?? type.name),
    ...lengths(type.name, modifier),
    udt_catalog: database,
    udt_schema: type.schema,
    udt_name: type.name,
    dtd_identifier: String(position),
    is_self_referencing: 'NO',
    is_identity: 'NO',
    identity_cycle: 'NO',
    is_generated: 'NEVER',
    is_updatable: 'NO',
  }
}

/** Bits of a binary number's mantissa or of an integer; digits of a decimal. */
const binaryDigits: Readonly<Record<string, number>> = {
  int2: 16,
  int4: 32,
  int8: 64,
  float4: 24,
  float8: 53,
}

function lengths(type: string, modifier: number): Row {
  const bits = binaryDigits[type]
  if (bits !== undefined) {
    const scale = type.startsWith('int') ? { numeric_scale: 0 } : {}
    return { numeric_precision: bits, numeric_precision_radix: 2, ...scale }
  }
  if (type === 'numeric') {
    if (modifier < 0) return { numeric_precision_radix: 10 }
    const size = modifier - 4
    return {
      numeric_precision: size >> 16,
      numeric_precision_radix: 10,
      numeric_scale: size & 0xffff,
    }
  }
  if (type === 'date') return { datetime_precision: 0 }
  if (/^(time|timetz|timestamp|timestamptz|interval)$/.test(type)) return { datetime_precision: 6 }
  return type === 'text' ? { character_octet_length: 1_073_741_824 } : {}
}
