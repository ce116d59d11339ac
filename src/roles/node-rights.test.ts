import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { systemNetwork } from '../io/network.ts'
import { type RoleDocument, roleKey } from '../resources/access.ts'
import { type NodeBench, nodeBench } from '../testing/node-bench.ts'
import { connectPgClient, type PgClient, type Received } from '../testing/pg-client.ts'
import { startNode } from './node.ts'

const catalog = `
CREATE VIEW people AS SELECT * FROM (VALUES (1, 'ann', 'ann@x.org', 'eu', '10'), (2, 'bob', 'bob@x.org', 'us', 'twenty'), (3, 'cem', 'cem@x.org', 'eu', '30')) t(id, name, email, region, score);
CREATE VIEW names AS SELECT id, name FROM people;
CREATE VIEW orders AS SELECT i AS id, i % 3 + 1 AS person FROM range(9) r(i);
`

interface Rig extends NodeBench {
  /** Logged in, or the SQLSTATE and message of the refusal. */
  logIn(user: string, password?: string): Promise<Asker | string>
  as(user: string): Promise<Asker>
  admin: Asker
}
/** Rows as text, values joined by |, or SQLSTATE and message, or the command tag. */
type Asker = ((statement: string) => Promise<string[]>) & { readonly client: PgClient }

async function rig(t: TestContext): Promise<Rig> {
  const bench = await nodeBench({ catalog })
  const node = await startNode(bench.context)
  t.after(async () => {
    await node.stop()
    bench.remove()
  })
  const logIn = async (user: string, password = 'secret'): Promise<Asker | string> => {
    const client = await connectPgClient(systemNetwork, node.odbc)
    const heard = await client.logIn({ user, password, database: 'demo' })
    const refused = errorOf(heard)
    if (refused !== undefined) return refused
    return Object.assign(async (statement: string) => answerOf(await client.query(statement)), { client })
  }
  const as = async (user: string): Promise<Asker> => {
    const asker = await logIn(user)
    assert.ok(typeof asker !== 'string', String(asker))
    return asker
  }
  return { ...bench, logIn, as, admin: await as('app') }
}

function errorOf(heard: readonly Received[]): string | undefined {
  for (const message of heard) {
    if (message.kind !== 'ErrorResponse') continue
    const field = (wanted: string): string => message.fields.find(([name]) => name === wanted)?.[1] ?? ''
    return `${field('C')} ${field('M')}`
  }
  return undefined
}

function answerOf(heard: readonly Received[]): string[] {
  const refused = errorOf(heard)
  if (refused !== undefined) return [refused]
  const rows = heard.flatMap(message =>
    message.kind === 'DataRow' ? [message.values.map(value => value?.toString() ?? '').join('|')] : [],
  )
  const tag = heard.find(message => message.kind === 'CommandComplete')
  return rows.length > 0 || tag?.kind !== 'CommandComplete' ? rows : [tag.tag]
}

async function all(asker: Asker, ...statements: string[]): Promise<void> {
  for (const statement of statements) {
    const [answer = ''] = await asker(statement)
    assert.doesNotMatch(answer, /^(?=\D{0,4}\d)[0-9A-Z]{5} /, statement)
  }
}

test('a role from its creation to its end', async t => {
  const { admin, logIn, as, store } = await rig(t)
  assert.deepEqual(await admin("create role bob login password 'secret' connection limit 1"), ['CREATE ROLE'])
  const document = store.read().get<RoleDocument>(roleKey('bob'))?.value
  assert.match(document?.verifier ?? '', /^SCRAM-SHA-256\$4096:/)
  assert.doesNotMatch(JSON.stringify(document), /secret/)
  const bob = await as('bob')
  assert.equal(await logIn('bob'), '53300 too many connections for role "bob"')
  assert.deepEqual(await bob('select current_user'), ['bob'])
  assert.deepEqual(await bob('show is_superuser'), ['off'])
  assert.deepEqual(await bob('create role eve'), ['42501 permission denied to create role'])
  assert.deepEqual(await bob('alter role app nologin'), ['42501 permission denied to alter role'])
  assert.deepEqual(await bob("alter role bob password 'other'"), ['ALTER ROLE'])
  await all(admin, "alter role bob connection limit -1 valid until '2020-01-01'")
  assert.equal(await logIn('bob', 'other'), '28P01 password authentication failed for user "bob"')
  await all(admin, "alter role bob valid until 'infinity'", "alter role bob set statement_timeout = '7s'")
  const again = await logIn('bob', 'other')
  assert.ok(typeof again !== 'string')
  assert.deepEqual(await again('show statement_timeout'), ['7s'])
  await all(admin, 'grant select on names to bob')
  assert.deepEqual(await admin('drop role bob'), [
    '2BP01 role "bob" cannot be dropped because some objects depend on it',
  ])
  await all(admin, 'revoke all on names from bob', 'drop role bob')
  assert.equal(await logIn('bob', 'other'), '28P01 password authentication failed for user "bob"')
  assert.deepEqual(await admin('drop role bob'), ['42704 role "bob" does not exist'])
  assert.deepEqual(await admin('drop role if exists bob'), ['DROP ROLE'])
  assert.deepEqual(await admin('create role pg_me'), ['42939 role name "pg_me" is reserved'])
  assert.deepEqual(await admin('create role app'), ['42710 role "app" already exists'])
  assert.deepEqual(await admin('alter role app nosuperuser'), [
    '2BP01 role "app" is the only one that administers',
  ])
  await admin('begin')
  assert.deepEqual(await admin('create role in_block'), [
    '25001 CREATE cannot run inside a transaction block',
  ])
  await admin('rollback')
})

test('default privileges are about relations that the catalog gets later', async t => {
  const { admin, as, config, putInstance, writeCatalog } = await rig(t)
  await all(admin, "create user bob password 'secret'", 'create role readers', 'grant readers to bob')
  await all(admin, 'alter default privileges in schema public grant select on tables to readers')
  const bob = await as('bob')
  assert.deepEqual(
    await bob('select * from names'),
    ['42501 permission denied for view names'],
    'was there before',
  )
  assert.deepEqual(await admin('select defaclobjtype, defaclacl from pg_default_acl'), ['r|{readers=r/app}'])
  const serve = async (name: string, more: string) => {
    await putInstance({ ...config, catalogFile: writeCatalog(name, catalog + more) })
    for (;;) {
      const asker = await as('bob')
      const [seen = ''] = await asker("select count(*) from pg_views where viewname like 'later%'")
      asker.client.connection.destroy()
      if (seen === String(more.split('VIEW').length - 1)) return as('bob')
    }
  }
  const first = 'CREATE VIEW later1 AS SELECT 1 AS one; CREATE VIEW later2 AS SELECT 2 AS two;'
  const again = await serve('second.sql', first)
  assert.deepEqual(await again('select * from later1, later2'), ['1|2'])
  await all(admin, 'revoke select on later2 from readers')
  assert.deepEqual(await again('select * from later2'), ['42501 permission denied for view later2'])
  assert.deepEqual(await admin('drop role readers'), [
    '2BP01 role "readers" cannot be dropped because some objects depend on it',
  ])
  const late = await as('app')
  await all(late, 'alter default privileges in schema public revoke all on tables from readers')
  assert.deepEqual(await again('select * from later1'), ['1'], 'what has come under it stays')
  const last = await serve('third.sql', `${first} CREATE VIEW later3 AS SELECT 3 AS three;`)
  assert.deepEqual(await last('select * from later3'), ['42501 permission denied for view later3'])
  assert.deepEqual(await last('alter default privileges grant select on tables to bob'), [
    '42501 permission denied to change default privileges',
  ])
  for (const [statement, refusal] of [
    ['alter default privileges grant insert on tables to bob', '0A000'],
    ['alter default privileges grant execute on functions to bob', '0A000'],
    ['alter default privileges for role bob grant select on tables to bob', '0A000'],
    ['alter default privileges in schema nosuch grant select on tables to bob', '3F000'],
    ['alter default privileges grant select on tables to nobody', '42704'],
  ] as const)
    assert.match((await admin(statement))[0] ?? '', new RegExp(`^${refusal} `), statement)
})

test('a query that was asked before is answered by the rights of this moment, of the role that asks', async t => {
  const { admin, as } = await rig(t)
  await all(admin, "create user bob password 'secret'", "create user eve password 'secret'")
  await all(admin, 'grant select on people to bob', 'grant select (id, name) on people to eve')
  const [bob, eve] = [await as('bob'), await as('eve')]
  const count = 'select count(*) from people'
  const email = 'select max(email) from people'
  const refused = ['42501 permission denied for view people']
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(await bob(count), ['3'])
    assert.deepEqual(await bob(email), ['cem@x.org'])
    assert.deepEqual(await eve(count), ['3'])
    assert.deepEqual(await eve(email), refused)
    assert.deepEqual(await bob('select current_user'), ['bob'])
    assert.deepEqual(await eve('select current_user'), ['eve'])
  }
  await all(admin, "create policy eu on people to bob using (region = 'eu')")
  await all(admin, 'alter table people enable row level security')
  for (let i = 0; i < 2; i++) assert.deepEqual(await bob(count), ['2'])
  assert.deepEqual(await admin(count), ['3'])
  await bob('set search_path to elsewhere, public')
  for (let i = 0; i < 2; i++) assert.deepEqual(await bob(count), ['2'])
  assert.match((await bob('set role eve'))[0] ?? '', /^42501 /)
  assert.deepEqual(await bob(email), ['cem@x.org'])
  await all(admin, 'revoke select on people from bob')
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(await bob(count), refused)
    assert.deepEqual(await bob(email), refused)
  }
  await all(admin, 'grant select (id) on people to bob')
  for (let i = 0; i < 2; i++) assert.deepEqual(await bob(email), refused)
  const pid = (asker: Asker): Promise<string[]> => asker('select pg_backend_pid()')
  assert.notDeepEqual(await pid(bob), await pid(await as('bob')), 'a session is no other')
})

test('nothing is read without a grant, and no way leads around it', async t => {
  const { admin, as } = await rig(t)
  await all(admin, "create user bob password 'secret'", "create user eve password 'secret'")
  const bob = await as('bob')
  const denied = ['42501 permission denied for view people']
  for (const statement of [
    'select * from people',
    'select count(*) from people',
    'select 1 where exists (select 1 from public.people)',
    'with p as (select * from people) select * from p',
    'select * from (select name from people) x',
    'select (select max(name) from people)',
    'select 1 union select id from people',
    'select * from generate_series(1, 2) g join people on true',
    'select 1 order by (select max(name) from demo.public.people)',
    'explain select * from people',
    'explain analyze select * from people',
    'select * from generate_series(1, (select max(id) from people))',
    'select 1 in (select id from people)',
    'values ((select max(id) from people))',
    'table people',
    'select * from lateral (select * from people) x',
    'select 1 limit (select 1 from people)',
  ]) {
    assert.deepEqual(await bob(statement), denied, statement)
  }
  for (const statement of [
    'from people',
    'summarize people',
    'describe people',
    'show tables',
    'select * from duckdb_views()',
    'select * from duckdb_views',
    'select * from "x.csv"',
    "select * from 'x.csv'",
    "select * from read_csv('x.csv')",
    "select * from query_table('people')",
    'pivot people on name',
    'copy (select * from people) to stdout',
    'create view mine as select * from people',
    'grant select on people to bob',
  ]) {
    assert.match((await bob(statement))[0] ?? '', /^(42501|42P01|42601|25006|0A000|42883) /, statement)
  }
  await all(admin, 'grant select on names to bob')
  assert.deepEqual(
    await bob('select * from names order by id'),
    ['1|ann', '2|bob', '3|cem'],
    'a view reads with its owner’s rights',
  )
  assert.deepEqual(await bob('select * from people'), denied)
  assert.deepEqual(await (await as('eve'))('select * from names'), ['42501 permission denied for view names'])
  assert.deepEqual(await bob('select * from nothing'), ['42P01 relation "nothing" does not exist'])
  await all(admin, 'revoke usage on schema public from public')
  assert.deepEqual(await bob('select * from names'), ['42501 permission denied for schema public'])
  await all(admin, 'grant usage on schema public to public', 'revoke select on names from bob')
  assert.deepEqual(await bob('select * from names'), ['42501 permission denied for view names'])
})

test('memberships, grant options and all tables', async t => {
  const { admin, as } = await rig(t)
  await all(
    admin,
    'create role readers',
    'create role analysts in role readers',
    "create user bob password 'secret' in role analysts",
    "create user eve password 'secret'",
    'grant select on all tables in schema public to readers',
  )
  const [bob, eve] = [await as('bob'), await as('eve')]
  assert.deepEqual(await bob('select count(*) from people'), ['3'])
  assert.deepEqual(await admin('grant bob to readers'), ['0LP01 role "bob" is a member of role "readers"'])
  await all(admin, 'revoke analysts from bob')
  assert.deepEqual(await bob('select count(*) from people'), ['42501 permission denied for view people'])
  await all(admin, 'grant select on names to bob with grant option')
  assert.deepEqual(await bob('grant select on people to eve'), ['42501 permission denied for view people'])
  await all(bob, 'grant select on names to eve')
  assert.deepEqual(await eve('select count(*) from names'), ['3'])
  assert.deepEqual(await admin('revoke select on names from bob'), ['2BP01 dependent privileges exist'])
  await all(admin, 'revoke select on names from bob cascade')
  assert.deepEqual(await eve('select count(*) from names'), ['42501 permission denied for view names'])
  assert.deepEqual(await bob('grant readers to eve'), ['42501 must have admin option on role "readers"'])
  await all(admin, 'grant readers to bob with admin option')
  await all(bob, 'grant readers to eve')
  assert.deepEqual(await eve('select count(*) from orders'), ['9'])
  for (const [statement, answer] of [
    ['grant select on nothing to bob', '42P01 relation "nothing" does not exist'],
    ['grant select on people to nobody', '42704 role "nobody" does not exist'],
    ['grant select (nothing) on people to bob', '42703 column "nothing" of relation "people" does not exist'],
    ['grant insert on people to bob', '0A000 privilege INSERT, as this node only reads, is not supported'],
    ['grant usage on schema nothing to bob', '3F000 schema "nothing" does not exist'],
  ] as const)
    assert.deepEqual(await admin(statement), [answer])
})

test('columns: those that were granted, and none by *', async t => {
  const { admin, as } = await rig(t)
  await all(admin, "create user bob password 'secret'", 'grant select (id, name) on people to bob')
  const bob = await as('bob')
  assert.deepEqual(await bob('select name from people order by id'), ['ann', 'bob', 'cem'])
  assert.deepEqual(await bob('select count(*) from people'), ['3'])
  const denied = ['42501 permission denied for view people']
  for (const statement of [
    'select * from people',
    'select p.* from people p',
    'select email from people',
    'select p.email from people p',
    'select name from people where email = $$ann@x.org$$',
    'select name from people order by email',
    'select count(email) from people',
    'select x.* from orders o join people x on x.id = o.person',
  ]) {
    const answer = await bob(statement)
    assert.ok(
      /^42501 permission denied for view (people|orders)$/.test(answer[0] ?? ''),
      `${statement}: ${answer.join()}`,
    )
  }
  assert.deepEqual(await bob('select email from people'), denied)
  assert.deepEqual(await bob('select s.* from (select name from people) s order by 1'), ['ann', 'bob', 'cem'])
  assert.deepEqual(await bob('select nothing from people'), ['42703 column "nothing" does not exist'])
})

test('policies: rows by role, never more, also not by an error', async t => {
  const { admin, as } = await rig(t)
  await all(
    admin,
    "create user eu password 'secret'",
    "create user two password 'secret'",
    "create user other password 'secret'",
    'grant select on people to eu, two, other',
    "create policy eu on people for select to eu, two using (region = 'eu')",
    "create policy us on people to two using (region = 'us')",
  )
  const [eu, both, none] = [await as('eu'), await as('two'), await as('other')]
  assert.deepEqual(await eu('select name from people order by 1'), ['ann', 'cem'])
  assert.deepEqual(await both('select name from people order by 1'), ['ann', 'bob', 'cem'])
  assert.deepEqual(await none('select count(*) from people'), ['0'])
  assert.deepEqual(await admin('select count(*) from people'), ['3'])
  // The value of the row that is hidden would stand in the error.
  assert.deepEqual(await eu('select sum(score::int) from people'), ['40'])
  assert.deepEqual(await eu('select name from people where score::int > 20'), ['cem'])
  assert.match((await both('select sum(score::int) from people'))[0] ?? '', /^22P02 /)
  await all(admin, "create policy own on people as restrictive to public using (name <> 'ann')")
  assert.deepEqual(await eu('select name from people order by 1'), ['cem'])
  assert.deepEqual(await admin('create policy eu on people using (true)'), [
    '42710 policy "eu" for table "people" already exists',
  ])
  assert.match((await admin('create policy bad on people using (nothing = 1)'))[0] ?? '', /^42703 /)
  assert.match((await admin('create policy bad on people using (1 +)'))[0] ?? '', /^42601 /)
  assert.match(
    (await eu('create policy x on people using (true)'))[0] ?? '',
    /^42501 must be owner of view people/,
  )
  await all(
    admin,
    'drop policy own on people',
    "alter policy eu on people using (name = current_user or region = 'us')",
  )
  assert.deepEqual(await eu('select name from people order by 1'), ['bob'])
  await all(admin, 'alter table people disable row level security')
  assert.deepEqual(await none('select count(*) from people'), ['3'])
})

test('masks: what stands for a column, but for those that may see it', async t => {
  const { admin, as } = await rig(t)
  await all(
    admin,
    'create role pii',
    "create user bob password 'secret'",
    "create user eve password 'secret' in role pii",
    'grant select on people to public',
    "alter view people alter column email set (mask = 'left(name, 1) || ''***''', mask_except = 'pii')",
  )
  const [bob, eve] = [await as('bob'), await as('eve')]
  assert.deepEqual(await bob('select * from people order by id'), [
    '1|ann|a***|eu|10',
    '2|bob|b***|us|twenty',
    '3|cem|c***|eu|30',
  ])
  assert.deepEqual(await bob("select count(*) from people where email like '%@%'"), ['0'])
  assert.deepEqual(await eve('select email from people where id = 1'), ['ann@x.org'])
  assert.deepEqual(await admin('select email from people where id = 1'), ['ann@x.org'])
  assert.match(
    (await admin("alter view people alter column email set (mask = 'nothing')"))[0] ?? '',
    /^42703 /,
  )
  assert.match(
    (await admin("alter view people alter column email set (msk = '1')"))[0] ?? '',
    /^22023 unrecognized parameter "msk"/,
  )
  await all(admin, 'alter view people alter column email reset (mask)')
  assert.deepEqual(await bob('select email from people where id = 1'), ['ann@x.org'])
})

test('what is prepared is asked again when rights have changed', async t => {
  const { admin, as } = await rig(t)
  await all(admin, "create user bob password 'secret'", 'grant select on people to bob')
  const { client } = await as('bob')
  client.send(
    { kind: 'Parse', name: 'p', text: 'select count(*) from people', parameterTypeOids: [] },
    { kind: 'Sync' },
  )
  await client.until('ReadyForQuery')
  const run = async (): Promise<string[]> => {
    client.send(
      { kind: 'Bind', portal: '', statement: 'p', parameterFormats: [], parameters: [], resultFormats: [] },
      { kind: 'Execute', portal: '', rowsMax: 0 },
      { kind: 'Sync' },
    )
    return answerOf(await client.until('ReadyForQuery'))
  }
  assert.deepEqual(await run(), ['3'])
  await all(admin, "create policy eu on people using (region = 'eu')")
  assert.deepEqual(await run(), ['2'])
  await all(admin, 'revoke select on people from bob')
  assert.deepEqual(await run(), ['42501 permission denied for view people'])
  await all(admin, 'grant select on people to bob')
  assert.deepEqual(await run(), ['2'])
})
