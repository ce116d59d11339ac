import { privilegeFunctions, relationNames } from './privilege-functions.ts'
import { engineSchemas } from './relations.ts'
import { settingFunctions } from './setting-functions.ts'
import { spelledTypes } from './types.ts'

const pg = engineSchemas.pg_catalog
const nothing = 'CAST(NULL AS VARCHAR)'
const visible = (relation: string): string =>
  `(SELECT ev_namespace IN (11, 2200) FROM ${pg}.${relation} WHERE ev_oid = x)`
/** Everything may be read, nothing else may be done. */
const mayRead = (privilege: string): string =>
  `NOT regexp_matches(lower(${privilege}), 'insert|update|delete|truncate|references|trigger|create|temp|with grant')`

/**
 * PostgreSQL's functions over its catalogs, by the parameters that they take: `name(a, b)`. They are macros of the engine whose names begin with `everport_`, since
 * the engine has functions of its own by many of these names, which know nothing of our OIDs.
 */
const definitions: readonly (readonly [signature: string, body: string])[] = [
  // Names
  ['format_type(x, modifier)', formatType()],
  ['to_regclass(x)', classByName('NULL')],
  ['to_regtype(x)', typeByName('NULL')],
  ['to_regnamespace(x)', `(SELECT ev_oid FROM ${pg}.ev_namespaces WHERE ev_name = x)`],
  ['regclass(x)', classByName(`error('relation "' || x || '" does not exist')`)],
  ['regtype(x)', typeByName(`error('type "' || x || '" does not exist')`)],
  [
    'regproc(x)',
    `coalesce((SELECT min(ev_oid) FROM ${pg}.ev_functions WHERE ev_name = regexp_replace(regexp_replace(x, '\\(.*$', ''), '^pg_catalog\\.', '')),
    CAST(0 AS UINTEGER))`,
  ],
  [
    'regnamespace(x)',
    `coalesce((SELECT ev_oid FROM ${pg}.ev_namespaces WHERE ev_name = trim(x, '"')),
    error('schema "' || x || '" does not exist'))`,
  ],
  [
    'regclass_text(x)',
    `coalesce((SELECT CASE WHEN ev_namespace IN (11, 2200) THEN '' ELSE everport_quote(ev_schema) || '.' END || everport_quote(ev_name)
    FROM ${pg}.ev_classes WHERE ev_oid = x), CAST(x AS VARCHAR))`,
  ],
  ['regtype_text(x)', 'coalesce(everport_format_type(x, NULL), CAST(x AS VARCHAR))'],
  [
    'regproc_text(x)',
    `coalesce((SELECT ev_name FROM ${pg}.ev_functions WHERE ev_oid = x), CASE WHEN x = 0 THEN '-' ELSE CAST(x AS VARCHAR) END)`,
  ],
  [
    'regnamespace_text(x)',
    `coalesce((SELECT ev_name FROM ${pg}.ev_namespaces WHERE ev_oid = x), CAST(x AS VARCHAR))`,
  ],
  [
    'quote(x)',
    `CASE WHEN regexp_full_match(x, '[a-z_][a-z0-9_$]*') THEN x ELSE '"' || replace(x, '"', '""') || '"' END`,
  ],
  // Visibility
  ['pg_table_is_visible(x)', visible('ev_classes')],
  ['pg_type_is_visible(x)', visible('ev_types')],
  ['pg_function_is_visible(x)', visible('ev_functions')],
  ...[
    'operator',
    'opclass',
    'opfamily',
    'collation',
    'conversion',
    'statistics_obj',
    'ts_config',
    'ts_dict',
    'ts_parser',
    'ts_template',
  ].map(kind => [`pg_${kind}_is_visible(x)`, 'TRUE'] as const),
  // Definitions
  ['pg_get_viewdef(x)', viewDefinition()],
  ['pg_get_viewdef(x, pretty)', viewDefinition()],
  ...[
    'pg_get_expr(a, b)',
    'pg_get_expr(a, b, c)',
    'pg_get_indexdef(x)',
    'pg_get_indexdef(x, n, pretty)',
    'pg_get_constraintdef(x)',
    'pg_get_constraintdef(x, pretty)',
    'pg_get_ruledef(x)',
    'pg_get_ruledef(x, pretty)',
    'pg_get_triggerdef(x)',
    'pg_get_triggerdef(x, pretty)',
    'pg_get_partkeydef(x)',
    'pg_get_partition_constraintdef(x)',
    'pg_get_statisticsobjdef(x)',
    'pg_get_statisticsobjdef_columns(x)',
    'pg_get_functiondef(x)',
    'pg_get_function_result(x)',
    'pg_get_function_arguments(x)',
    'pg_get_function_identity_arguments(x)',
    'pg_get_function_sqlbody(x)',
    'pg_get_serial_sequence(a, b)',
    'pg_tablespace_location(x)',
    'pg_get_replica_identity_index(x)',
    'pg_describe_object(a, b, c)',
    'pg_get_publication_tables(x)',
  ].map(signature => [signature, nothing] as const),
  // Descriptions
  ['obj_description(x)', `(SELECT min(ev_text) FROM ${pg}.ev_descriptions WHERE ev_oid = x AND ev_part = 0)`],
  [
    'obj_description(x, catalog)',
    `(SELECT ev_text FROM ${pg}.ev_descriptions WHERE ev_oid = x AND ev_part = 0 AND ev_catalog = catalog)`,
  ],
  [
    'col_description(x, n)',
    `(SELECT ev_text FROM ${pg}.ev_descriptions WHERE ev_oid = x AND ev_part = n AND ev_catalog = 'pg_class')`,
  ],
  ['shobj_description(x, catalog)', nothing],
  // Privileges
  ...privilegeFunctions,
  ...['function', 'sequence', 'type', 'language', 'tablespace', 'server', 'foreign_data_wrapper'].flatMap(
    kind => [
      [`has_${kind}_privilege(x, privilege)`, mayRead('privilege')] as const,
      [`has_${kind}_privilege(role, x, privilege)`, mayRead('privilege')] as const,
    ],
  ),
  // Settings, and what there is one of
  ...settingFunctions,
  ['current_schemas(implicit)', "CASE WHEN implicit THEN ['pg_catalog', 'public'] ELSE ['public'] END"],
  ['pg_encoding_to_char(x)', "CASE x WHEN 6 THEN 'UTF8' WHEN 0 THEN 'SQL_ASCII' ELSE '' END"],
  ['pg_char_to_encoding(x)', "CASE upper(x) WHEN 'UTF8' THEN 6 WHEN 'UTF-8' THEN 6 ELSE -1 END"],
  ['getdatabaseencoding()', "'UTF8'"],
  ['pg_client_encoding()', "'UTF8'"],
  ['pg_is_in_recovery()', 'FALSE'],
  ['pg_my_temp_schema()', 'CAST(0 AS UINTEGER)'],
  ['pg_is_other_temp_schema(x)', 'FALSE'],
  ['pg_relation_is_updatable(x, triggers)', '0'],
  ['pg_relation_is_publishable(x)', 'FALSE'],
  ['pg_relation_filenode(x)', 'CAST(NULL AS UINTEGER)'],
  ...[
    'pg_relation_size(x)',
    'pg_relation_size(x, fork)',
    'pg_total_relation_size(x)',
    'pg_table_size(x)',
    'pg_indexes_size(x)',
    'pg_database_size(x)',
    'pg_tablespace_size(x)',
    'pg_stat_get_numscans(x)',
    'pg_stat_get_live_tuples(x)',
    'pg_stat_get_tuples_inserted(x)',
    'pg_stat_get_tuples_updated(x)',
    'pg_stat_get_tuples_deleted(x)',
  ].map(signature => [signature, 'CAST(0 AS BIGINT)'] as const),
  [
    'pg_size_pretty(x)',
    `CASE WHEN abs(x) < 10240 THEN CAST(x AS BIGINT) || ' bytes' WHEN abs(x) < 10485760 THEN CAST(round(x / 1024.0) AS BIGINT) || ' kB'
    WHEN abs(x) < 10737418240 THEN CAST(round(x / 1048576.0) AS BIGINT) || ' MB' ELSE CAST(round(x / 1073741824.0) AS BIGINT) || ' GB' END`,
  ],
  ...['inet_server_addr()', 'inet_client_addr()'].map(signature => [signature, nothing] as const),
  ...['inet_server_port()', 'inet_client_port()'].map(
    signature => [signature, 'CAST(NULL AS INTEGER)'] as const,
  ),
  [
    '_pg_expandarray(x)',
    "unnest(list_transform(range(1, length(x) + 1), lambda n: {'x': x[n], 'n': CAST(n AS INTEGER)}))",
  ],
  ['_pg_char_max_length(x, modifier)', 'CASE WHEN x IN (1042, 1043) AND modifier >= 4 THEN modifier - 4 END'],
  ['array_lower(x, dimension)', 'CASE WHEN length(x) > 0 AND dimension = 1 THEN 1 END'],
  [
    'array_upper(x, dimension)',
    'CASE WHEN length(x) > 0 AND dimension = 1 THEN CAST(length(x) AS INTEGER) END',
  ],
]

/** A name without a schema is one of pg_catalog, then of public. */
function classByName(otherwise: string): string {
  const path = `regexp_extract(CAST(x AS VARCHAR), '^(?:("?)([^"]*)("?)\\.)?("?)([^"]*)("?)$', ['a', 'schema', 'b', 'c', 'name', 'd'])`
  const folded = (quote: string, part: string): string =>
    `CASE WHEN (${path}).${quote} = '' THEN lower((${path}).${part}) ELSE (${path}).${part} END`
  return `CASE WHEN regexp_full_match(CAST(x AS VARCHAR), '[0-9]+') THEN CAST(CAST(x AS VARCHAR) AS UINTEGER) ELSE coalesce(
    (SELECT arg_min(ev_oid, ev_namespace) FROM ${pg}.ev_classes WHERE ev_name = ${folded('c', 'name')}
      AND CASE WHEN (${path}).schema = '' THEN ev_namespace IN (11, 2200) ELSE ev_schema = ${folded('a', 'schema')} END), ${otherwise}) END`
}

function typeByName(otherwise: string): string {
  const name = `regexp_replace(lower(trim(CAST(x AS VARCHAR))), '^pg_catalog\\.', '')`
  return `CASE WHEN regexp_full_match(CAST(x AS VARCHAR), '[0-9]+') THEN CAST(CAST(x AS VARCHAR) AS UINTEGER) ELSE coalesce(
    (SELECT min(ev_oid) FROM ${pg}.ev_types WHERE ev_name = ${name}), (SELECT min(ev_oid) FROM ${pg}.ev_types WHERE ev_text = ${name}),
    ${otherwise}) END`
}

function viewDefinition(): string {
  return `(SELECT min(ev_definition) FROM ${pg}.ev_classes WHERE CAST(ev_oid AS VARCHAR) = CAST(x AS VARCHAR)
    OR (NOT regexp_full_match(CAST(x AS VARCHAR), '[0-9]+') AND ev_oid = everport_to_regclass(x)))`
}

function formatType(): string {
  return `CASE WHEN x IS NULL THEN NULL WHEN x = 0 THEN '-' ELSE coalesce(
    (SELECT ev_spelled || CASE WHEN modifier < 4 OR modifier IS NULL THEN ''
      WHEN ev_element IN ('bpchar', 'varchar') THEN '(' || (modifier - 4) || ')'
      WHEN ev_element = 'numeric' THEN '(' || ((modifier - 4) >> 16) || ',' || ((modifier - 4) & 65535) || ')' ELSE '' END
      || ev_brackets FROM ${pg}.ev_types WHERE ev_oid = x), '???') END`
}

/**
 * What the functions read. A macro's arguments are put into its body as they are written, so a column of the statement must not meet one of the same name here: nothing
 * of PostgreSQL's begins with `ev_`.
 */
export const functionTables: readonly string[] = [
  `CREATE TABLE ${pg}.ev_roles AS SELECT oid AS ev_oid, rolname AS ev_name FROM ${pg}.pg_authid`,
  `CREATE TABLE ${pg}.ev_namespaces AS SELECT oid AS ev_oid, nspname AS ev_name FROM ${pg}.pg_namespace`,
  `CREATE TABLE ${pg}.ev_functions AS SELECT oid AS ev_oid, proname AS ev_name, pronamespace AS ev_namespace FROM ${pg}.pg_proc`,
  `CREATE TABLE ${pg}.ev_classes AS SELECT c.oid AS ev_oid, relname AS ev_name, relnamespace AS ev_namespace, nspname AS ev_schema,
    definition AS ev_definition FROM ${pg}.pg_class c JOIN ${pg}.pg_namespace n ON n.oid = relnamespace
    LEFT JOIN ${pg}.pg_views v ON v.schemaname = nspname AND v.viewname = relname`,
  relationNames,
  `CREATE TABLE ${pg}.ev_descriptions AS SELECT objoid AS ev_oid, relname AS ev_catalog, objsubid AS ev_part, description AS ev_text
    FROM ${pg}.pg_description JOIN ${pg}.pg_class c ON c.oid = classoid`,
  `CREATE TABLE ${pg}.ev_settings AS SELECT lower(name) AS ev_name, setting AS ev_value FROM ${pg}.pg_settings`,
  `CREATE TABLE ${pg}.ev_types AS SELECT *, ev_spelled || ev_brackets AS ev_text FROM (
    SELECT t.oid AS ev_oid, t.typname AS ev_name, t.typnamespace AS ev_namespace, e.typname AS ev_element,
      CASE WHEN t.oid <> e.oid THEN '[]' ELSE '' END AS ev_brackets,
      CASE e.typname ${Object.entries(spelledTypes)
        .map(([name, words]) => `WHEN '${name}' THEN '${words}'`)
        .join(
          ' ',
        )} ELSE CASE WHEN e.typnamespace IN (11, 2200) THEN '' ELSE 'information_schema.' END || e.typname END AS ev_spelled
    FROM ${pg}.pg_type t JOIN ${pg}.pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END)`,
]

/** Functions that give rows: parameters, and the query. */
const tables: Readonly<Record<string, readonly [parameters: string, query: string]>> = {
  pg_get_keywords: [
    '',
    `SELECT keyword_name AS word, CASE keyword_category WHEN 'reserved' THEN 'R' WHEN 'unreserved' THEN 'U' WHEN 'column_name' THEN 'C' ELSE 'T' END AS catcode,
    TRUE AS barelabel, keyword_category AS catdesc, 'can be bare label' AS baredesc FROM duckdb_keywords()`,
  ],
  pg_options_to_table: [
    'options',
    'SELECT NULL::VARCHAR AS option_name, NULL::VARCHAR AS option_value WHERE options IS NULL AND FALSE',
  ],
  aclexplode: [
    'acl',
    `SELECT NULL::UINTEGER AS grantor, NULL::UINTEGER AS grantee, NULL::VARCHAR AS privilege_type, FALSE AS is_grantable
    WHERE acl IS NULL AND FALSE`,
  ],
}

export function catalogTableFunction(name: string): string | undefined {
  return Object.hasOwn(tables, name) ? `everport_${name}` : undefined
}

const known = new Map<string, string[]>()
for (const [signature] of definitions) {
  const name = signature.split('(')[0] ?? ''
  known.set(name, [...(known.get(name) ?? []), signature])
}

/** The engine's name for a function of the catalogs, undefined for any other function. */
export function catalogFunction(name: string): string | undefined {
  return known.has(name) ? `everport_${name}` : undefined
}

/** Whether a text for the engine reads the catalogs, or calls a function over them. */
export function readsCatalogs(text: string): boolean {
  for (const [whole, name = ''] of text.matchAll(/everport_(\w+)/g)) {
    const isSchema = whole === engineSchemas.pg_catalog || whole === engineSchemas.information_schema
    if (isSchema || known.has(name) || Object.hasOwn(tables, name)) return true
  }
  return false
}

/** One statement a function; those that others call come first. */
export function catalogFunctions(): string[] {
  const bodies = new Map<string, string[]>()
  for (const [signature, body] of definitions) {
    const [name = '', parameters = ''] = signature.split('(')
    bodies.set(name, [...(bodies.get(name) ?? []), `(${parameters} AS (${body})`])
  }
  const made = new Set<string>()
  const make = (name: string): string[] => {
    const overloads = bodies.get(name)
    if (overloads === undefined || made.has(name)) return []
    made.add(name)
    const called = [...bodies.keys()].filter(other =>
      overloads.some(text => text.includes(`everport_${other}(`)),
    )
    return [...called.flatMap(make), `CREATE MACRO everport_${name}${overloads.join(', ')}`]
  }
  const rows = Object.entries(tables).map(
    ([name, [parameters, query]]) => `CREATE MACRO everport_${name}(${parameters}) AS TABLE ${query}`,
  )
  return [...bodies.keys()].flatMap(make).concat(rows)
}
