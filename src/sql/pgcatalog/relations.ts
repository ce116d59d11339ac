import { relationLines } from './relation-lines.ts'

/** A relation of pg_catalog or information_schema, as PostgreSQL 15 has it. */
export interface SystemRelation {
  readonly schema: SystemSchema
  readonly name: string
  readonly oid: number
  readonly rowTypeOid: number
  readonly kind: 'r' | 'v'
  readonly columns: readonly SystemColumn[]
}

export interface SystemColumn {
  readonly name: string
  /** PostgreSQL's name of its type, `_` before an array's. */
  readonly type: string
  readonly isNotNull: boolean
}

export type SystemSchema = 'pg_catalog' | 'information_schema'

/** Where our rows are in the engine's database: a schema for each of PostgreSQL's. */
export const engineSchemas: Readonly<Record<SystemSchema, string>> = {
  pg_catalog: 'everport_pg_catalog',
  information_schema: 'everport_information_schema',
}

const bySchema: Readonly<Record<SystemSchema, Map<string, SystemRelation>>> = {
  pg_catalog: new Map(),
  information_schema: new Map(),
}

for (const line of relationLines.trim().split('\n')) {
  const [path = '', oid, rowTypeOid, kind, ...columns] = line.split(' ')
  const schema = path.startsWith('information_schema.') ? 'information_schema' : 'pg_catalog'
  const name = path.replace('information_schema.', '')
  bySchema[schema].set(name, {
    schema,
    name,
    oid: Number(oid),
    rowTypeOid: Number(rowTypeOid),
    kind: kind === 'v' ? 'v' : 'r',
    columns: columns.map(column => {
      const [columnName = '', type = ''] = column.split(':')
      return { name: columnName, type: type.replace('!', ''), isNotNull: type.endsWith('!') }
    }),
  })
}

export function systemRelation(schema: SystemSchema, name: string): SystemRelation | undefined {
  return bySchema[schema].get(name)
}

export function allSystemRelations(): readonly SystemRelation[] {
  return [...bySchema.pg_catalog.values(), ...bySchema.information_schema.values()]
}
