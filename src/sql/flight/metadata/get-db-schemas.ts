import { arrowField } from '../../arrow/arrow-field.ts'
import { textColumn } from '../../arrow/value-columns.ts'
import { sqlCodec } from '../any-message.ts'
import { knownRows } from '../result-source.ts'
import { textRows } from '../text-rows.ts'
import type { MetadataCommand } from './metadata-commands.ts'

const command = sqlCodec<{ catalog?: string; db_schema_filter_pattern?: string }>('CommandGetDbSchemas')

const fields = [
  arrowField('catalog_name', { kind: 'utf8' }),
  arrowField('db_schema_name', { kind: 'utf8' }, { nullable: false }),
]

const query = `SELECT schema_name FROM information_schema.schemata
WHERE catalog_name = $1 AND schema_name LIKE $2 AND schema_name NOT IN ('main', 'pg_catalog', 'information_schema')
ORDER BY schema_name`

/** CommandGetDbSchemas. No pattern is every schema, no catalog every catalog. */
export const getDbSchemas: MetadataCommand = async (value, { database }, session) => {
  const { catalog, db_schema_filter_pattern: pattern = '%' } = command.decode(value)
  const rows =
    catalog === undefined || catalog === database ? await textRows(session, query, [database, pattern]) : []
  return knownRows(fields, [
    textColumn(rows.map(() => database)),
    textColumn(rows.map(([name = '']) => name)),
  ])
}
