import { literal, literalWithoutZeros } from '../../base/sql-text.ts'
import { filledRelations } from './load-statements.ts'
import { engineSchemas, type SystemRelation, systemRelation } from './relations.ts'
import type { Row } from './row.ts'
import { engineTypeOf } from './types.ts'

/** What the hook of the dialect is given of a relation. */
export interface AskedRelation {
  readonly schema: string | undefined
  readonly name: string
}

export interface CatalogSession {
  readonly user: string
  /** Rows of this moment, where the node has such. */
  readonly live?: ((path: string) => readonly Row[] | undefined) | undefined
  /** Told of what PostgreSQL has and we only answer as well as possible. */
  readonly unknown: (what: string) => void
}

/**
 * What stands for a relation of pg_catalog or information_schema: our rows, or none with the columns that PostgreSQL has. pg_catalog needs no schema before the name.
 * Undefined for all others.
 */
export function catalogRelation(
  { schema, name }: AskedRelation,
  session: CatalogSession,
): string | undefined {
  if (schema !== undefined && schema !== 'pg_catalog' && schema !== 'information_schema') return undefined
  const relation = systemRelation(schema ?? 'pg_catalog', name)
  if (relation === undefined) {
    if (schema !== undefined) session.unknown(`${schema}.${name}`)
    return undefined
  }
  const path = `${relation.schema}.${relation.name}`
  const live = session.live?.(path)
  if (live !== undefined) return live.length === 0 ? emptyRows(relation) : liveRows(relation, live)
  const roles = roleColumns[path]
  if (roles !== undefined) return roleRows(relation, roles, session.user)
  if (filled.has(path)) return `${engineSchemas[relation.schema]}."${name}"`
  if (!emptyHere.has(name)) session.unknown(path)
  return emptyRows(relation)
}

export function isSystemRelation({ schema, name }: AskedRelation): boolean {
  if (schema === undefined) return systemRelation('pg_catalog', name) !== undefined
  return schema === 'pg_catalog' || schema === 'information_schema'
}

/** OID of the catalog that holds a relation's rows, for `tableoid`. */
export function catalogOid({ schema, name }: AskedRelation): number | undefined {
  return schema === undefined || schema === 'pg_catalog' ? systemRelation('pg_catalog', name)?.oid : undefined
}

/** Of these there are rows, or views over such. */
const filled: ReadonlySet<string> = new Set(filledRelations())

/** The name and whether it may log in, by what the relation calls them. */
const roleColumns: Readonly<
  Record<string, Readonly<Record<string, 'name' | 'oid' | 'yes' | 'no' | 'limit'>>>
> = {
  'pg_catalog.pg_roles': {
    rolname: 'name',
    oid: 'oid',
    rolcanlogin: 'yes',
    rolinherit: 'yes',
    rolconnlimit: 'limit',
  },
  'pg_catalog.pg_user': { usename: 'name', usesysid: 'oid' },
  'pg_catalog.pg_shadow': { usename: 'name', usesysid: 'oid' },
  'information_schema.enabled_roles': { role_name: 'name' },
}

/** Whoever owns things, and whoever asks. */
function roleRows(
  relation: SystemRelation,
  meaning: Readonly<Record<string, 'name' | 'oid' | 'yes' | 'no' | 'limit'>>,
  user: string,
): string {
  const row = (oid: number, name: string): string => {
    const values = {
      oid: String(oid),
      name: literal(name),
      yes: 'TRUE',
      no: 'FALSE',
      limit: '-1',
    }
    const cells = relation.columns.map(({ name: column, type }) => {
      const known = meaning[column]
      const value = known !== undefined ? values[known] : type === 'bool' ? 'FALSE' : 'NULL'
      return `CAST(${value} AS ${engineTypeOf(type)}) AS "${column}"`
    })
    return `SELECT ${cells.join(', ')}`
  }
  return `(${row(10, 'everport')}${user === 'everport' ? '' : ` UNION ALL ${row(userOid, user)}`})`
}

/** The first OID of PostgreSQL's users: there is one role beside the owner, whoever asks. */
const userOid = 16_383

function liveRows(relation: SystemRelation, rows: readonly Row[]): string {
  const { columns } = relation
  const values = rows.map(row => `(${columns.map(({ name }) => cell(row[name] ?? null)).join(', ')})`)
  const shown = columns.map(({ name, type }, i) => `CAST(ev_${i} AS ${engineTypeOf(type)}) AS "${name}"`)
  const names = columns.map((_, i) => `ev_${i}`)
  return `(SELECT ${shown.join(', ')} FROM (VALUES ${values.join(', ')}) AS ev(${names.join(', ')}))`
}

function cell(value: Row[string]): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return literalWithoutZeros(value)
  return `[${value.map(cell).join(', ')}]`
}

function emptyRows({ columns }: SystemRelation): string {
  const cells = columns.map(({ name, type }) => `CAST(NULL AS ${engineTypeOf(type)}) AS "${name}"`)
  return `(SELECT ${cells.join(', ')} WHERE FALSE)`
}

/** Of these there is nothing, and saying so is the right answer. */
const emptyHere: ReadonlySet<string> = new Set(
  `pg_index pg_indexes pg_constraint pg_attrdef pg_inherits pg_trigger pg_rewrite pg_rules pg_policy pg_policies pg_enum pg_sequence pg_sequences
  pg_matviews pg_depend pg_shdepend pg_shdescription pg_partitioned_table pg_foreign_table pg_foreign_server pg_foreign_data_wrapper
  pg_user_mapping pg_user_mappings pg_publication pg_publication_rel pg_publication_namespace pg_publication_tables pg_subscription
  pg_subscription_rel pg_statistic pg_statistic_ext pg_statistic_ext_data pg_stats pg_event_trigger pg_largeobject pg_largeobject_metadata
  pg_seclabel pg_seclabels pg_shseclabel pg_auth_members pg_group pg_db_role_setting pg_default_acl pg_init_privs pg_prepared_xacts
  pg_prepared_statements pg_cursors pg_locks pg_replication_slots pg_replication_origin pg_transform pg_ts_config pg_ts_dict pg_ts_parser
  pg_ts_template pg_ts_config_map pg_cast pg_conversion pg_aggregate table_constraints key_column_usage referential_constraints
  constraint_column_usage constraint_table_usage check_constraints routines parameters triggers sequences domains element_types
  column_domain_usage column_udt_usage foreign_tables foreign_servers`.split(/\s+/),
)
