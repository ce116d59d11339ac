import { literal } from '../../base/sql-text.ts'
import { catalogRows } from './catalog-rows.ts'
import { catalogFunctions, functionTables } from './functions.ts'
import { engineSchemas, type SystemRelation, type SystemSchema, systemRelation } from './relations.ts'
import type { CatalogRows, Row } from './row.ts'
import { engineTypeOf } from './types.ts'

/** What makes the rows and the functions over them. Takes the engine about 50 ms for a small catalog. */
export function loadStatements(rows: CatalogRows): string[] {
  const tables = [...rows].map(([path, relationRows]) => {
    const [schema, name = ''] = path.split('.')
    const relation = systemRelation(schema as SystemSchema, name)
    if (relation === undefined) throw new Error(`PostgreSQL has no ${path}`)
    return createTable(relation, relationRows)
  })
  const schemas = Object.values(engineSchemas).map(schema => `CREATE SCHEMA ${schema}`)
  return [...schemas, ...tables, ...derivedViews, ...functionTables, ...catalogFunctions()]
}

export function filledRelations(): string[] {
  const nothing = { database: '', schemas: [], views: [], settings: [] }
  return [
    ...catalogRows(nothing, () => undefined).keys(),
    'pg_catalog.pg_tables',
    'information_schema.table_privileges',
  ]
}

/**
 * All rows in one text, which the engine reads into columns far faster than a row of VALUES each. What is the same in every row is said once.
 */
function createTable({ schema, name, columns }: SystemRelation, rows: readonly Row[]): string {
  const values = columns.map(column => rows.map(row => cellOf(row, column)))
  const varying = values.filter(cells => cells.some(cell => cell !== cells[0]))
  const expressions = columns.map(({ name: column, type }, i) => {
    const place = varying.indexOf(values[i] ?? [])
    const value = place >= 0 ? `cell[${place + 1}]` : constant(values[i]?.[0] ?? null)
    return `CAST(${value} AS ${engineTypeOf(type)}) AS "${column}"`
  })
  const text = JSON.stringify(rows.map((_, row) => varying.map(cells => cells[row])))
  return `CREATE TABLE ${engineSchemas[schema]}."${name}" AS SELECT ${expressions.join(', ')} FROM
    (SELECT unnest(from_json(${constant(text)}, '[["VARCHAR"]]')) AS cell)`
}

function constant(text: string | null): string {
  return text === null ? 'NULL' : literal(text)
}

/** What a column that is never null holds where we say nothing. */
function cellOf(row: Row, { name, type, isNotNull }: SystemRelation['columns'][number]): string | null {
  const value = row[name]
  if (value !== undefined)
    return value === null ? null : Array.isArray(value) ? JSON.stringify(value) : String(value)
  if (!isNotNull) return null
  if (type === 'bool') return 'false'
  if (/^(name|text|char)$/.test(type)) return ''
  if (/^_|vector$/.test(type)) return '[]'
  return '0'
}

const catalog = engineSchemas.pg_catalog
const information = engineSchemas.information_schema

/** Relations that PostgreSQL derives from others too. */
const derivedViews: readonly string[] = [
  `CREATE VIEW ${catalog}.pg_tables AS SELECT n.nspname AS schemaname, c.relname AS tablename, CAST('everport' AS VARCHAR) AS tableowner,
    CAST(NULL AS VARCHAR) AS tablespace, FALSE AS hasindexes, FALSE AS hasrules, FALSE AS hastriggers, FALSE AS rowsecurity
    FROM ${catalog}.pg_class c JOIN ${catalog}.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'`,
  `CREATE VIEW ${information}.table_privileges AS SELECT CAST('everport' AS VARCHAR) AS grantor, CAST('PUBLIC' AS VARCHAR) AS grantee,
    table_catalog, table_schema, table_name, CAST('SELECT' AS VARCHAR) AS privilege_type, CAST('NO' AS VARCHAR) AS is_grantable,
    CAST('YES' AS VARCHAR) AS with_hierarchy FROM ${information}.tables`,
]
