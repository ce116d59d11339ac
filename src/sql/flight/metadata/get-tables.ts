import { identifier } from '../../../base/sql-text.ts'
import { type ArrowField, arrowField } from '../../arrow/arrow-field.ts'
import { encapsulated, schemaMessage } from '../../arrow/schema-message.ts'
import { binaryColumn, textColumn } from '../../arrow/value-columns.ts'
import type { EngineSession } from '../../engine/engine.ts'
import { sqlCodec } from '../any-message.ts'
import { knownRows } from '../result-source.ts'
import { arrowFields } from '../statement-source.ts'
import { textRows } from '../text-rows.ts'
import type { MetadataCommand } from './metadata-commands.ts'

interface GetTables {
  readonly catalog?: string
  readonly db_schema_filter_pattern?: string
  readonly table_name_filter_pattern?: string
  readonly table_types: readonly string[]
  readonly include_schema: boolean
}

const command = sqlCodec<GetTables>('CommandGetTables')

const text = { kind: 'utf8' } as const
const fields = [
  arrowField('catalog_name', text),
  arrowField('db_schema_name', text),
  arrowField('table_name', text, { nullable: false }),
  arrowField('table_type', text, { nullable: false }),
]
const schemaField = arrowField('table_schema', { kind: 'binary' }, { nullable: false })

const query = `SELECT table_schema, table_name, CASE table_type WHEN 'VIEW' THEN 'VIEW' ELSE 'TABLE' END AS table_type
FROM information_schema.tables
WHERE table_catalog = $1 AND table_schema LIKE $2 AND table_name LIKE $3
AND table_schema NOT IN ('pg_catalog', 'information_schema')
ORDER BY table_type, table_schema, table_name`

/** CommandGetTables, in the order that Flight SQL asks for; with the Arrow schema of each table where that is wanted. */
export const getTables: MetadataCommand = async (value, { database }, session) => {
  const asked = command.decode(value)
  const isHere = asked.catalog === undefined || asked.catalog === database
  const { db_schema_filter_pattern: schemas = '%', table_name_filter_pattern: names = '%' } = asked
  const found = isHere ? await textRows(session, query, [database, schemas, names]) : []
  const rows = found.filter(
    ([, , type]) => asked.table_types.length === 0 || asked.table_types.includes(type ?? ''),
  )
  const column = (index: number) => textColumn(rows.map(row => row[index] ?? ''))
  const columns = [textColumn(rows.map(() => database)), column(0), column(1), column(2)]
  if (!asked.include_schema) return knownRows(fields, columns)
  const described: Uint8Array[] = []
  for (const [schema, name] of rows) {
    const of = await tableFields(session, schema ?? '', name ?? '')
    described.push(encapsulated(schemaMessage(of)))
  }
  return knownRows([...fields, schemaField], [...columns, binaryColumn(described)])
}

/** As a query of the whole table would give them; none for a view that cannot be read now. */
async function tableFields(
  session: EngineSession,
  schema: string,
  name: string,
): Promise<readonly ArrowField[]> {
  try {
    const prepared = await session.prepare(`SELECT * FROM ${identifier(schema)}.${identifier(name)}`, [])
    try {
      return arrowFields(prepared)
    } finally {
      prepared.close()
    }
  } catch {
    return []
  }
}
