import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { systemNetwork } from '../io/network.ts'
import { nodeBench } from '../testing/node-bench.ts'
import { connectPgClient, type PgClient, type Received } from '../testing/pg-client.ts'
import { startNode } from './node.ts'

const catalog = `
CREATE VIEW people AS SELECT * FROM (VALUES (1, 'ann', 'eu'), (2, 'bob', 'us')) t(id, name, region);
CREATE VIEW names AS SELECT id, name FROM people;
CREATE SCHEMA sales;
CREATE VIEW sales.orders AS SELECT 1 AS id;
`

type Asker = ((statement: string) => Promise<string[]>) & { readonly client: PgClient }

async function rig(t: TestContext): Promise<(user: string) => Promise<Asker>> {
  const bench = await nodeBench({ catalog })
  const node = await startNode(bench.context)
  t.after(async () => {
    await node.stop()
    bench.remove()
  })
  return async user => {
    const client = await connectPgClient(systemNetwork, node.odbc)
    await client.logIn({ user, password: 'secret', database: 'demo' })
    const ask = async (statement: string) => answerOf(await client.query(statement))
    return Object.assign(ask, { client })
  }
}

/** Rows, values joined by |; SQLSTATE and message; or nothing. */
function answerOf(heard: readonly Received[]): string[] {
  return heard.flatMap(message => {
    if (message.kind === 'DataRow') return [message.values.map(value => value?.toString() ?? '∅').join('|')]
    if (message.kind !== 'ErrorResponse') return []
    const fields = new Map(message.fields)
    return [`${fields.get('C')} ${fields.get('M')}`]
  })
}

test('the catalogs of roles show the roles that there are', async t => {
  const logIn = await rig(t)
  const admin = await logIn('app')
  for (const statement of [
    'create role readers',
    "create user bob password 'secret' connection limit 3 valid until '2030-01-01' in role readers",
    "alter role bob set statement_timeout = '7s'",
    'create role chief bypassrls',
    'grant readers to chief with admin option',
  ])
    assert.deepEqual(await admin(statement), [], statement)
  assert.deepEqual(
    await admin(`select rolname, rolsuper, rolcanlogin, rolbypassrls, rolconnlimit, rolvaliduntil, rolconfig, rolpassword
      from pg_roles order by rolname`),
    [
      'app|t|t|t|-1|∅|∅|********',
      'bob|f|t|f|3|2030-01-01 00:00:00+00|{statement_timeout=7s}|********',
      'chief|f|f|t|-1|∅|∅|********',
      'everport|t|f|t|-1|∅|∅|********',
      'readers|f|f|f|-1|∅|∅|********',
    ],
  )
  assert.deepEqual(await admin('select usename, usesuper from pg_catalog.pg_user order by 1'), [
    'app|t',
    'bob|f',
  ])
  const members = `select r.rolname, m.rolname, admin_option, pg_get_userbyid(grantor) from pg_auth_members a
    join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member order by 2`
  assert.deepEqual(await admin(members), ['readers|bob|f|everport', 'readers|chief|t|everport'])
  assert.deepEqual(await admin('select groname, array_length(grolist, 1) from pg_group order by 1'), [
    'chief|∅',
    'everport|∅',
    'readers|2',
  ])
  assert.deepEqual(
    await admin(
      "select 'bob'::regrole, 'bob'::regrole = oid, pg_get_userbyid(oid) from pg_roles where rolname = 'bob'",
    ),
    ['bob|t|bob'],
  )
  assert.deepEqual(await admin("select 'nobody'::regrole"), ['42704 role "nobody" does not exist'])
  assert.deepEqual(await admin('select pg_get_userbyid(1)'), ['unknown (OID=1)'])
  const bob = await logIn('bob')
  assert.deepEqual(await bob(members), ['readers|bob|f|everport', 'readers|chief|t|everport'])
  assert.deepEqual(await bob('select role_name from information_schema.enabled_roles order by 1'), [
    'bob',
    'readers',
  ])
  assert.deepEqual(await bob('select rolname from pg_authid'), [
    '42501 permission denied for table pg_authid',
  ])
  assert.deepEqual(await bob('select passwd from pg_shadow'), ['42501 permission denied for table pg_shadow'])
  assert.deepEqual(await bob("select rolname from pg_roles where rolname like 'e%'"), ['everport'])
  await admin('create role later')
  assert.deepEqual(await bob("select rolname from pg_roles where rolname = 'later'"), ['later'])
})

test('has_…_privilege say what the role may do, and no more', async t => {
  const logIn = await rig(t)
  const admin = await logIn('app')
  for (const statement of [
    "create user bob password 'secret'",
    'create role readers',
    'grant readers to bob',
    'grant select on names to readers with grant option',
    'grant select (id) on people to bob',
    'create policy own on names for select to readers using (name = current_user)',
  ])
    assert.deepEqual(await admin(statement), [], statement)
  const bob = await logIn('bob')
  const cases: [call: string, ofBob: string][] = [
    ["has_table_privilege('names', 'select')", 't'],
    ["has_table_privilege('names', 'SELECT WITH GRANT OPTION')", 't'],
    ["has_table_privilege('names', 'insert')", 'f'],
    ["has_table_privilege('names', 'insert, select')", 't'],
    ["has_table_privilege('public.people', 'select')", 'f'],
    ["has_table_privilege('people'::regclass, 'select')", 'f'],
    ["has_any_column_privilege('people', 'select')", 't'],
    ["has_column_privilege('people', 'id', 'select')", 't'],
    ["has_column_privilege('people', 1, 'select')", 't'],
    ["has_column_privilege('people', 'name', 'select')", 'f'],
    ["has_column_privilege('names', 'name', 'select')", 't'],
    ["has_table_privilege('pg_catalog.pg_class', 'select')", 't'],
    ["has_table_privilege('nosuch', 'select')", '42P01 relation "nosuch" does not exist'],
    ["has_table_privilege('names', 'read')", '22023 unrecognized privilege type: "read"'],
    ["has_schema_privilege('public', 'usage')", 't'],
    ["has_schema_privilege('sales', 'usage')", 'f'],
    ["has_schema_privilege('public', 'create')", 'f'],
    ["has_schema_privilege('pg_catalog', 'USAGE')", 't'],
    ["has_schema_privilege('nosuch', 'usage')", '3F000 schema "nosuch" does not exist'],
    ["has_database_privilege('demo', 'connect')", 't'],
    ["has_database_privilege(current_database(), 'create')", 'f'],
    ["pg_has_role('readers', 'member')", 't'],
    ["pg_has_role('readers', 'usage')", 't'],
    ["pg_has_role('app', 'usage')", 'f'],
    ["row_security_active('names')", 't'],
    ["row_security_active('people')", 'f'],
  ]
  for (const [call, expected] of cases) {
    assert.deepEqual(await bob(`select ${call}`), [expected], call)
    const asked = call.replace('(', "('bob', ")
    if (!call.startsWith('row')) assert.deepEqual(await admin(`select ${asked}`), [expected], asked)
  }
  assert.deepEqual(await admin("select has_table_privilege('people', 'select')"), ['t'])
  assert.deepEqual(await admin("select has_table_privilege('nobody', 'people', 'select')"), [
    '42704 role "nobody" does not exist',
  ])
  const listed = `select relname from pg_class c where relkind = 'v' and relnamespace in (2200, 'sales'::regnamespace)
    and has_table_privilege(c.oid, 'select') order by 1`
  assert.deepEqual(await bob(listed), ['names'])
  assert.deepEqual(await admin(listed), ['names', 'orders', 'people'])
  const everybody = `select rolname, has_table_privilege(rolname, 'names', 'select'), has_table_privilege(oid, 'people', 'select')
    from pg_roles order by 1`
  assert.deepEqual(await admin(everybody), ['app|t|t', 'bob|t|f', 'everport|t|t', 'readers|t|f'])
  const granted = `select grantee, table_schema, table_name, privilege_type, is_grantable from information_schema.table_privileges
    where grantee <> 'everport' order by 1, 3`
  assert.deepEqual(await bob(granted), ['readers|public|names|SELECT|YES'])
  assert.deepEqual(await (await logIn('app'))(granted), ['readers|public|names|SELECT|YES'])
  await admin('revoke select on names from readers')
  assert.deepEqual(await bob(granted), [])
  assert.deepEqual(await bob("select has_table_privilege('names', 'select')"), ['f'])
})

test('pg_stat_activity shows the sessions of the node, to others only that they are there', async t => {
  const logIn = await rig(t)
  const admin = await logIn('app')
  await admin("create user bob password 'secret'")
  await admin("create user eve password 'secret'")
  const [bob, eve] = [await logIn('bob'), await logIn('eve')]
  await bob("set application_name = 'report'; begin")
  await bob('select 7')
  const columns = `usename, application_name, datname, client_addr, state, wait_event, query, backend_type,
    query_start <= state_change, xact_start < query_start, backend_start <= xact_start`
  assert.deepEqual(await admin(`select ${columns} from pg_stat_activity where usename = 'bob'`), [
    'bob|report|demo|127.0.0.1|idle in transaction|ClientRead|select 7|client backend|t|t|t',
  ])
  assert.deepEqual(
    await eve('select usename, state, query from pg_stat_activity where pid <> pg_backend_pid() order by 1'),
    ['app|∅|<insufficient privilege>', 'bob|∅|<insufficient privilege>'],
  )
  assert.deepEqual(
    await eve(`select a.usename, state, wait_event, query like 'select a.usename%', d.datname from pg_stat_activity a
      join pg_database d on d.oid = a.datid join pg_roles r on r.oid = a.usesysid where pid = pg_backend_pid()`),
    ['eve|active|∅|t|demo'],
  )
})

test('pg_prepared_statements has what the session prepared, in either way', async t => {
  const logIn = await rig(t)
  const admin = await logIn('app')
  await admin('prepare one (int, text) as select $1, $2')
  admin.client.send(
    { kind: 'Parse', name: 'two', text: 'select $1::date', parameterTypeOids: [] },
    { kind: 'Sync' },
  )
  await admin.client.until('ReadyForQuery')
  const shown = `select name, statement, from_sql, parameter_types, prepare_time <= now() + interval '1 minute'
    from pg_prepared_statements order by name`
  assert.deepEqual(await admin(shown), [
    'one|prepare one (int, text) as select $1, $2|t|{23,25}|t',
    'two|select $1::date|f|{1082}|t',
  ])
  const other = await logIn('app')
  assert.deepEqual(await other(shown), [], 'of another session')
  await admin('deallocate all')
  assert.deepEqual(await admin(shown), [])
})
