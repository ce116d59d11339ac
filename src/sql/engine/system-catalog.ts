import { DuckDBResult } from '@duckdb/node-api'
import type { Connection } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { Log } from '../../base/log.ts'
import { catalogRows } from '../pgcatalog/catalog-rows.ts'
import type { DescribedCatalog, DescribedColumn } from '../pgcatalog/described-catalog.ts'
import { loadStatements } from '../pgcatalog/load-statements.ts'
import { allSettings } from '../statements/settings.ts'

/** PostgreSQL's catalogs of what an instance serves: made whole or not at all. */
export async function createSystemCatalog(
  connection: Connection,
  options: { readonly database: string; readonly log: Log },
): Promise<void> {
  const rows = catalogRows(await describe(connection, options.database), (first, second) =>
    options.log.warn('catalog.oids-met', {
      first,
      second,
      hint: 'the second one has another OID as long as the first exists',
    }),
  )
  for (const sql of ['BEGIN', ...loadStatements(rows), 'COMMIT']) await duckdb.query(connection, sql)
}

async function describe(connection: Connection, database: string): Promise<DescribedCatalog> {
  const ask = async (sql: string): Promise<(string | undefined)[][]> => {
    const rows = await new DuckDBResult(await duckdb.query(connection, sql)).getRows()
    return rows.map(row => row.map(cell => (cell === null ? undefined : String(cell))))
  }
  const own = 'NOT internal AND database_name = current_database()'
  const columns = new Map<string, DescribedColumn[]>()
  const key = (schema = '', view = ''): string => JSON.stringify([schema, view])
  for (const [schema, view, name = '', type = '', comment] of await ask(
    `SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns() WHERE ${own} ORDER BY column_index`,
  )) {
    const found = columns.get(key(schema, view)) ?? []
    found.push({ name, type, comment })
    columns.set(key(schema, view), found)
  }
  const schemas = await ask(`SELECT schema_name, comment FROM duckdb_schemas() WHERE ${own} ORDER BY 1`)
  const views = await ask(
    `SELECT schema_name, view_name, comment, sql FROM duckdb_views() WHERE ${own} ORDER BY 1, 2`,
  )
  return {
    database,
    schemas: schemas.map(([name = '', comment]) => ({ name, comment })).filter(({ name }) => name !== 'main'),
    views: views.map(([schema = '', name = '', comment, sql = '']) => ({
      schema,
      name,
      comment,
      definition: sql.replace(
        /^CREATE VIEW (?:"(?:[^"]|"")*"|[^"(\s])+\s*(?:\((?:[^"()]|"(?:[^"]|"")*")*\))?\s*AS\s+/i,
        '',
      ),
      columns: columns.get(key(schema, name)) ?? [],
    })),
    settings: allSettings.map(({ name, initial }) => ({ name, value: initial })),
  }
}
