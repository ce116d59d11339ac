import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemNetwork } from '../../src/io/network.ts'
import { connectPgClient, type PgClient, type Received } from '../../src/testing/pg-client.ts'
import { requireTool } from '../required-tool.ts'
import { startEverportSql } from './everport-server.ts'
import { startReferencePostgres } from './postgres-server.ts'

const nasty = `select a as column1, b as column2 from (values (1, 'plain'), (2, ''), (3, null), (4, 'tab	and "quote"'), (5, 'comma, semicolon; \\ backslash'),
  (6, 'line
break'), (7, '\\.'), (8, '\\N'), (9, 'null'), (10, E'\\b\\f\\r'), (11, 'ümläut 🚀')) v(a, b)`
const four = 'select i from (values (1), (2), (3), (4)) v(i)'
const seven = 'select i from (values (1), (2), (3), (4), (5), (6), (7)) v(i)'

/** Scripts, each on a connection of its own: what is answered must be the same, but for hints, positions and what is listed below. */
const scripts: Readonly<Record<string, readonly string[]>> = {
  transactions: [
    'commit',
    'rollback',
    'begin',
    'begin',
    'select 1; select 2',
    'savepoint a',
    'select 1/0',
    'select 1',
    'rollback to a',
    'select 1',
    'release a',
    'rollback to a',
    'savepoint b',
    'commit',
    'select 1',
    'rollback',
    'savepoint x',
    'release x',
    'rollback to x',
    'begin isolation level serializable read only deferrable',
    'show transaction_isolation',
    'commit and chain',
    'show transaction_isolation',
    'rollback',
    'start transaction; select 1; commit; select 2',
    'begin; select 1/0; commit',
    'commit',
    'set transaction isolation level serializable',
    'commit and chain',
    'abort',
  ],
  settings: [
    "set application_name = 'one'",
    'begin',
    "set application_name = 'two'",
    'rollback',
    'show application_name',
    "begin; set local application_name = 'three'; show application_name; commit; show application_name",
    "begin; set application_name = 'four'; savepoint s; set application_name = 'five'; rollback to s; show application_name; commit",
    'show application_name',
    'reset application_name',
    'show application_name',
    "set local application_name = 'x'",
    'show statement_timeout',
    "set statement_timeout = '1500ms'",
    'show statement_timeout',
    'set statement_timeout = -1',
    'set nosuch = 1',
    'show nosuch',
    "set datestyle = 'iso, dmy'",
    'show datestyle',
    "select current_setting('datestyle'), current_setting('no.such', true)",
    "select set_config('datestyle', 'iso, ymd', false), current_setting('datestyle')",
    'show datestyle',
    "select set_config('application_name', 'six', false) as a, set_config('my.own', 'x', false) as b",
    'show my.own',
    "begin; select set_config('application_name', 'seven', true); show application_name; commit; show application_name",
    "begin; select set_config('application_name', 'eight', false); rollback; show application_name",
    "select set_config('application_name', 'nine', true), 1",
    'show application_name',
    "select set_config('application_name', 'ten', false), 1 / 0",
    'show application_name',
    "select set_config('application_name', null, false)",
    "select set_config('bytea_output', 'hex', false) from pg_catalog.pg_settings where name = 'bytea_output'",
    "select setting from pg_settings where name in ('DateStyle', 'application_name') order by name",
    "prepare p as select current_setting('application_name')",
    "set application_name = 'eleven'; execute p; set application_name = 'twelve'; execute p",
    "prepare s (text, bool) as select set_config('application_name', $1, $2)",
    "execute s('thirteen', false); show application_name",
    'discard all',
    'show datestyle',
    'begin; discard all',
    'rollback',
    'set session characteristics as transaction isolation level repeatable read',
    'show default_transaction_isolation',
    'deallocate nosuch',
    'deallocate all',
  ],
  cursors: [
    'declare c cursor for select 1',
    'begin',
    `declare c no scroll cursor for ${seven}`,
    'fetch c',
    'fetch 2 from c',
    'move c',
    'fetch forward 1 in c',
    'fetch absolute 7 c',
    'fetch next from c',
    'fetch next from c',
    'fetch all c',
    'close c',
    'close c',
    'rollback',
    `begin; declare c no scroll cursor for ${seven}; fetch relative 3 c; fetch relative 2 c; move all c; fetch c; rollback`,
    'begin; declare c no scroll cursor for select 1; fetch prior c',
    'rollback',
    'begin; declare c no scroll cursor for select 1; declare c cursor for select 1',
    'rollback',
    'fetch c',
    `begin; declare h no scroll cursor with hold for ${four}; fetch 1 h; commit`,
    'fetch 2 h',
    'begin; fetch 1 h; rollback',
    'fetch all h',
    'close all',
    'fetch h',
    'begin; declare h cursor with hold for select 1; rollback',
    'fetch h',
    'begin; savepoint s; declare d no scroll cursor for select 1; rollback to s; fetch d',
    'rollback',
    'declare x cursor with hold for select nosuch',
    'fetch 1 from',
    'declare x cursor select 1',
  ],
  prepare: [
    'prepare one as select 1 as n',
    'execute one',
    'prepare one as select 2',
    'execute one(1)',
    'execute nosuch',
    'prepare two (int, text) as select $1 + 1 as a, $2 as b',
    "execute two(1, 'x')",
    "execute two(1 + 2 * (3), 'a' || 'b,c')",
    "execute two(null, E'a\\tb')",
    'execute two(1)',
    'execute two',
    "execute two('abc', 'x')",
    "execute two('41', $$x$$)",
    'execute two(1/0, null)',
    'execute two($1, null)',
    'execute two(2.6, 7)',
    'execute two()',
    'prepare three (numeric(10, 2), date, bool, double precision, varchar(3), timestamp (3) with time zone, int[]) as select $1 > 1, $2, $3, $4, $5 = $5, $6, $7',
    "execute three(1.50, '2024-01-31', true, -2.5, 'x', '2024-01-01 00:00:00+00', '{1,2}')",
    "execute three(-3, date '2024-01-31' + 1, 1 > 2, 7, 'x', '2024-01-01 00:00:00+00', array[3, 4])",
    'prepare unused (int, text) as select $1',
    'execute unused(1)',
    "execute unused(1, 'x')",
    "execute unused(1, 'x', 2)",
    'prepare gap (int, text, int) as select $3, $1',
    "execute gap(1, 'x', 3)",
    'execute gap(1, 3)',
    'prepare gap2 as select $3::int, $1::int',
    'explain execute nosuch',
    'explain (costs off) execute two(1)',
    'explain execute',
    'prepare four as select $1::int * 2 as double',
    'execute four(21)',
    'prepare five (int) as select v from (values (1), (2), (3)) t(v) where v <= $1',
    'execute five(3); execute five(0); execute one',
    'prepare six as values (1, $1::text); execute six($a$;$a$); deallocate six; execute six(1)',
    'prepare bad as select nosuch',
    'execute bad',
    'prepare bad (nosuchtype) as select 1',
    'prepare bad as show all',
    'prepare bad as begin',
    'prepare bad',
    'prepare bad (int as select 1',
    'prepare bad () as select 1',
    'prepare "Quoted Name" as select 5 as five',
    'execute "Quoted Name"',
    'execute quoted',
    'begin; prepare inner1 as select 1; rollback',
    'execute inner1',
    'begin; select 1/0',
    'execute one',
    'prepare late as select 1',
    'deallocate one',
    'rollback',
    'deallocate one',
    'execute one',
    'deallocate prepare two',
    "execute two(1, 'x')",
    'deallocate all',
    'execute three',
    'prepare again as select 1',
    'discard all',
    'execute again',
  ],
  copy: [
    `copy (${nasty}) to stdout`,
    `copy (${nasty}) to stdout (format csv)`,
    `copy (${nasty}) to stdout (format csv, header, delimiter ';', null 'null', quote '''', escape '\\', force_quote (column2))`,
    `copy (select column2 from (${nasty}) v) to stdout csv`,
    `copy (${nasty}) to stdout with delimiter '|' null as '-'`,
    `copy (${nasty}) to stdout csv header force quote *`,
    `copy (${nasty}) to stdout (header true)`,
    'copy (select 1) to stdout (format nonsense)',
    "copy (select 1) to stdout (format binary, delimiter ',')",
    'copy (select 1) to stdout (format csv, format csv)',
    "copy (select 1) to stdout (delimiter 'ab')",
    "copy (select 1) to stdout (delimiter 'a')",
    "copy (select 1) to stdout (quote '\"')",
    "copy (select 1) to stdout (format csv, quote ',')",
    "copy (select 1) to stdout (null 'a|b', delimiter '|')",
    'copy (select 1) to stdout (nosuch 1)',
    'copy (select 1) to stdout; select 2',
    'copy nosuch to stdout',
    'copy (select 1/0) to stdout',
  ],
}

test('sessions answer as PostgreSQL does: transactions, settings, cursors, COPY', async t => {
  if (!requireTool(t, 'postgres')) return
  const postgres = await startReferencePostgres(t, { settings: ["lc_messages = 'C'"] })
  const everport = await startEverportSql(t, '')
  for (const [name, statements] of Object.entries(scripts)) {
    await t.test(name, async () => {
      const [theirs, ours] = [await loggedIn(postgres), await loggedIn(everport)]
      for (const statement of statements) {
        const [expected, found] = [await theirs.query(statement), await ours.query(statement)]
        assert.deepEqual(comparable(found), comparable(expected), statement)
      }
      theirs.connection.destroy()
      ours.connection.destroy()
    })
  }
})

interface Server {
  readonly at: { readonly address: string; readonly port: number }
  readonly user: string
  readonly password: string
  readonly database: string
}

async function loggedIn({ at, user, password, database }: Server): Promise<PgClient> {
  const client = await connectPgClient(systemNetwork, at)
  assert.equal((await client.logIn({ user, password, database })).at(-1)?.kind, 'ReadyForQuery')
  return client
}

function comparable(heard: readonly Received[]): string[] {
  return heard.flatMap(message => {
    switch (message.kind) {
      case 'RowDescription':
        return [`columns ${message.fields.map(({ name, typeOid }) => `${name} ${typeOid}`).join(', ')}`]
      case 'DataRow':
        return [`row ${JSON.stringify(message.values.map(value => value && Buffer.from(value).toString()))}`]
      case 'CopyOutData':
        return [`data ${JSON.stringify(Buffer.from(message.data).toString())}`]
      case 'ErrorResponse':
      case 'NoticeResponse': {
        const field = (code: string): string => message.fields.find(([one]) => one === code)?.[1] ?? ''
        return [`${field('S')} ${field('C')} ${field('M')}`]
      }
      case 'CommandComplete':
        return [message.tag]
      case 'ReadyForQuery':
        return [`ready ${message.status}`]
      case 'ParameterStatus':
        return [`${message.name} = ${message.value}`]
      default:
        return [message.kind]
    }
  })
}
