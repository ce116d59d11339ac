import { EverportError } from '../../base/errors.ts'
import { literal } from '../../base/sql-text.ts'

/** SQL of the listings, over information_schema, which every server of this protocol has. */

const systemSchemas = `('information_schema', 'pg_catalog')`

export function listStatement(what: 'all' | 'tables' | 'views'): string {
  const types = what === 'all' ? '' : ` and table_type ${what === 'views' ? '=' : '<>'} 'VIEW'`
  return `select table_schema as "Schema", table_name as "Name",
  case table_type when 'VIEW' then 'view' else 'table' end as "Type"
from information_schema.tables
where table_schema not in ${systemSchemas}${types}
order by table_schema, table_name`
}

/** The columns of a view or table. An unquoted name is found in whatever case. */
export function describeStatement(name: string): string {
  const parts = readName(name)
  const conditions = [
    ...(parts.length === 2
      ? [matches('table_schema', parts[0] ?? '')]
      : [`table_schema not in ${systemSchemas}`]),
    matches('table_name', parts.at(-1) ?? ''),
  ]
  return `select column_name as "Column", data_type as "Type",
  case is_nullable when 'NO' then 'not null' else '' end as "Nullable"
from information_schema.columns
where ${conditions.join(' and ')}
order by table_schema, ordinal_position`
}

/** Names that Tab completes; a bounded number of them. */
export const completionNamesMax = 10_000
export const namesStatement = `select table_name, column_name from information_schema.columns
where table_schema not in ${systemSchemas} order by 1, 2 limit ${completionNamesMax}`

function readName(name: string): string[] {
  const parts = name.match(/"(?:[^"]|"")+"|[^".\s]+/g) ?? []
  if (parts.length === 0 || parts.length > 2 || parts.join('.') !== name)
    throw new EverportError('invalid_input', `\\d: expected a name or schema.name, found ${name}`)
  return parts
}

function matches(column: string, part: string): string {
  if (part.startsWith('"')) return `${column} = ${literal(part.slice(1, -1).replaceAll('""', '"'))}`
  return `lower(${column}) = ${literal(part.toLowerCase())}`
}
