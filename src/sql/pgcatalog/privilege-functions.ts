import { engineSchemas } from './relations.ts'

const pg = engineSchemas.pg_catalog

/**
 * Functions over roles and rights. What they know is a list of texts, the facts, given behind their arguments: for those that ask about a role, each fact begins with
 * the role's name or OID and a tab, and the role itself is the fact `.`.
 *
 *   fact                   | the role
 *   -----------------------+-----------------------------------------------------
 *   *                      | may everything
 *   relation  s.v          | may SELECT from a relation
 *   any       s.v          | or from a column of it
 *   column    s.v  c       | or from that one, by name or number
 *   filtered  s.v          | sees not all rows of it
 *   schema    s            | has USAGE
 *   database               | may CONNECT
 *   usage     r, member r  | has the rights of another role, may become it
 *   admin     r            | may grant it
 *
 * With `+` behind the first word, the privilege may be passed on. Null: nobody has said anything about rights, and everything may be read.
 * `pg_backend_pid` is given the number of the session.
 */
export const noFacts = 'CAST(NULL AS VARCHAR[])'

/** The roles, for functions that only name them: `oid`, tab, `name`. */
const naming: ReadonlySet<string> = new Set(['pg_get_userbyid', 'to_regrole', 'regrole', 'regrole_text'])
const asking: ReadonlySet<string> = new Set([
  'has_table_privilege',
  'has_any_column_privilege',
  'has_column_privilege',
  'has_schema_privilege',
  'has_database_privilege',
  'pg_has_role',
  'row_security_active',
])

export function takesFacts(name: string): boolean {
  return naming.has(name) || asking.has(name) || name === 'pg_backend_pid'
}

export function namesRoles(name: string): boolean {
  return naming.has(name)
}

/** Whether the first of so many arguments is a role. */
export function asksAboutRole(name: string, argumentCount: number): boolean {
  if (name === 'row_security_active') return false
  return argumentCount === (name === 'has_column_privilege' ? 4 : 3)
}

const tab = 'chr(9)'
const own = "''"
const ofRole = `everport_role_prefix(role, facts)`
const fact = (...parts: string[]): string => parts.join(` || ${tab} || `)
/** The privileges that a text lists: each word with the fact that grants it, undefined for one that nobody has here. */
const anyOf = (
  prefix: string,
  known: Readonly<Record<string, string | undefined>>,
  words = 'everport_privilege_words(privilege)',
): string => {
  const list = Object.keys(known).map(word => `'${word}'`)
  const held = Object.entries(known).flatMap(([word, grants]) =>
    grants === undefined
      ? []
      : [`(list_contains(${words}, '${word}') AND everport_may(facts, ${prefix}, ${grants}))`],
  )
  return `CASE WHEN NOT list_has_all([${list.join(', ')}], ${words}) THEN error('unrecognized privilege type: "' || privilege || '"')
    ELSE ${held.length === 0 ? 'FALSE' : held.join(' OR ')} END`
}
const none = (...words: string[]): Record<string, undefined> =>
  Object.fromEntries(
    words.flatMap(word => [word, `${word} with grant option`]).map(word => [word, undefined]),
  )
/** What is used more than once is computed once: the engine makes a join of every query inside a macro. */
const onRelation = (prefix: string, kind: string, more = ''): string => {
  const entry = (word: string): string => fact(`'${word}'`, 'ev_key') + more
  const granted = anyOf(
    'ev_prefix',
    {
      select: entry(kind),
      'select with grant option': entry(`${kind}+`),
      ...none('insert', 'update', 'delete', 'truncate', 'references', 'trigger', 'rule'),
    },
    'ev_words',
  )
  return `(SELECT CASE WHEN ev_key IS NULL THEN NULL WHEN everport_is_catalog(ev_key) THEN list_contains(ev_words, 'select') ELSE ${granted} END
    FROM (SELECT everport_relation_key(x) AS ev_key, everport_privilege_words(privilege) AS ev_words, ${prefix} AS ev_prefix) AS ev_asked)`
}
const onSchema = (
  prefix: string,
): string => `CASE WHEN everport_schema_key(x) IN ('pg_catalog', 'information_schema')
  THEN list_contains(everport_privilege_words(privilege), 'usage') ELSE ${anyOf(prefix, {
    usage: fact("'schema'", 'everport_schema_key(x)'),
    'usage with grant option': fact("'schema+'", 'everport_schema_key(x)'),
    ...none('create'),
  })} END`
const onDatabase = (prefix: string): string =>
  anyOf(prefix, {
    connect: "'database'",
    'connect with grant option': "'database+'",
    ...none('create', 'temp', 'temporary'),
  })
const onRole = (prefix: string): string =>
  anyOf(prefix, {
    usage: fact("'usage'", 'CAST(x AS VARCHAR)'),
    member: fact("'member'", 'CAST(x AS VARCHAR)'),
    ...Object.fromEntries(
      ['usage', 'member'].flatMap(word =>
        ['grant', 'admin'].map(option => [
          `${word} with ${option} option`,
          fact("'admin'", 'CAST(x AS VARCHAR)'),
        ]),
      ),
    ),
  })

const both = (
  name: string,
  parameters: string,
  body: (prefix: string) => string,
): (readonly [string, string])[] => [
  [`${name}(${parameters}, facts)`, body(own)],
  [`${name}(role, ${parameters}, facts)`, body(ofRole)],
]

/** What stands beside the text in the facts that name roles. */
const named = (wanted: 1 | 2, by: string): string =>
  `(SELECT min(split_part(ev_fact, ${tab}, ${wanted})) FROM (SELECT unnest(facts) AS ev_fact) AS ev_facts
    WHERE split_part(ev_fact, ${tab}, ${3 - wanted}) = ${by})`
const roleName = named(2, 'CAST(x AS VARCHAR)')
const roleOid = `CAST(${named(1, `trim(CAST(x AS VARCHAR), '"')`)} AS UINTEGER)`
const knownName = `(SELECT ev_name FROM ${pg}.ev_roles WHERE ev_oid = x)`
const knownOid = `(SELECT ev_oid FROM ${pg}.ev_roles WHERE ev_name = trim(x, '"'))`

/** Every text that names a relation, and its OID as text. */
export const relationNames = `CREATE TABLE ${pg}.ev_names AS SELECT unnest([CAST(ev_oid AS VARCHAR), ev_schema || '.' || ev_name, '"' || ev_schema || '".' || ev_name,
  ev_schema || '."' || ev_name || '"', '"' || ev_schema || '"."' || ev_name || '"']
  || CASE WHEN ev_namespace IN (11, 2200) THEN [ev_name, '"' || ev_name || '"'] ELSE CAST([] AS VARCHAR[]) END) AS ev_text,
  ev_schema || '.' || ev_name AS ev_key FROM ${pg}.ev_classes`

export const privilegeFunctions: readonly (readonly [signature: string, body: string])[] = [
  ['pg_backend_pid(facts)', 'CAST(facts[1] AS INTEGER)'],
  [
    'may(facts, prefix, entry)',
    "facts IS NULL OR list_contains(facts, prefix || '*') OR list_contains(facts, prefix || entry)",
  ],
  ['privilege_words(privilege)', "list_transform(string_split(lower(privilege), ','), lambda w: trim(w))"],
  [
    'role_prefix(role, facts)',
    `CASE WHEN facts IS NULL OR lower(CAST(role AS VARCHAR)) = 'public' OR list_contains(facts, CAST(role AS VARCHAR) || ${tab} || '.')
    THEN CAST(role AS VARCHAR) || ${tab} ELSE error('role "' || CAST(role AS VARCHAR) || '" does not exist') END`,
  ],
  [
    'relation_key(x)',
    `coalesce((SELECT min(ev_key) FROM ${pg}.ev_names WHERE ev_text = CASE WHEN contains(CAST(x AS VARCHAR), '"') THEN CAST(x AS VARCHAR) ELSE lower(CAST(x AS VARCHAR)) END),
    CASE WHEN NOT regexp_full_match(CAST(x AS VARCHAR), '[0-9]+') THEN error('relation "' || CAST(x AS VARCHAR) || '" does not exist') END)`,
  ],
  ['is_catalog(key)', "starts_with(key, 'pg_catalog.') OR starts_with(key, 'information_schema.')"],
  [
    'schema_key(x)',
    `coalesce((SELECT min(ev_name) FROM ${pg}.ev_namespaces WHERE CAST(ev_oid AS VARCHAR) = CAST(x AS VARCHAR) OR ev_name = CAST(x AS VARCHAR)),
    error('schema "' || CAST(x AS VARCHAR) || '" does not exist'))`,
  ],
  ...both('has_table_privilege', 'x, privilege', prefix => onRelation(prefix, 'relation')),
  ...both('has_any_column_privilege', 'x, privilege', prefix => onRelation(prefix, 'any')),
  ...both('has_column_privilege', 'x, col, privilege', prefix =>
    onRelation(prefix, 'column', ` || ${tab} || CAST(col AS VARCHAR)`),
  ),
  ...both('has_schema_privilege', 'x, privilege', onSchema),
  ...both('has_database_privilege', 'x, privilege', onDatabase),
  ...both('pg_has_role', 'x, privilege', onRole),
  [
    'row_security_active(x, facts)',
    `coalesce(list_contains(facts, 'filtered' || ${tab} || everport_relation_key(x)), FALSE)`,
  ],
  ['pg_get_userbyid(x, facts)', `coalesce(${roleName}, ${knownName}, 'unknown (OID=' || x || ')')`],
  ['to_regrole(x, facts)', `coalesce(${roleOid}, ${knownOid})`],
  ['regrole(x)', `coalesce(${knownOid}, error('role "' || x || '" does not exist'))`],
  ['regrole(x, facts)', `coalesce(${roleOid}, ${knownOid}, error('role "' || x || '" does not exist'))`],
  ['regrole_text(x)', `coalesce(${knownName}, CAST(x AS VARCHAR))`],
  ['regrole_text(x, facts)', `coalesce(${roleName}, ${knownName}, CAST(x AS VARCHAR))`],
]
