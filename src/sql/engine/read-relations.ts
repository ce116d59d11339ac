import type { Connection } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import { literal } from '../../base/sql-text.ts'
import type { RelationInfo } from '../rights/relation-access.ts'
import { createStringReader } from './encode/string-reader.ts'

/** One text a relation: its schema, name, kind and columns, as JSON. */
const relationsQuery = (database: string): string => `
  SELECT to_json(struct_pack(
    "schema" := c.schema_name, "name" := c.table_name,
    "kind" := CASE WHEN v.view_name IS NULL THEN 'table' ELSE 'view' END,
    "columns" := list(c.column_name ORDER BY c.column_index)))::VARCHAR
  FROM duckdb_columns() c
  LEFT JOIN duckdb_views() v ON v.database_name = c.database_name AND v.schema_name = c.schema_name AND v.view_name = c.table_name
  WHERE c.database_name = ${literal(database)} AND NOT c.internal
  GROUP BY c.schema_name, c.table_name, v.view_name
  ORDER BY c.schema_name, c.table_name`

/** Every relation that the catalog has made. */
export async function readRelations(connection: Connection, database: string): Promise<RelationInfo[]> {
  const result = await duckdb.query(connection, relationsQuery(database))
  const found: RelationInfo[] = []
  const reader = createStringReader()
  for (;;) {
    const chunk = await duckdb.fetch_chunk(result)
    const count = chunk === null ? 0 : duckdb.data_chunk_get_size(chunk)
    if (chunk === null || count === 0) return found
    const vector = duckdb.data_chunk_get_vector(chunk, 0)
    reader.load(vector, count)
    for (let row = 0; row < count; row++) {
      reader.seek(row)
      const { from, length } = reader
      const { bytes } = reader.source
      found.push(
        JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + from, length).toString()) as RelationInfo,
      )
    }
  }
}
