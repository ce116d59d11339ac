import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { copyingEngine } from '../../testing/copying-engine.ts'
import { query, readAll, refusal, textParameter } from '../../testing/engine-session.ts'

const one = "create view one as from read_csv('one.csv', columns = {'x': 'INTEGER'}, header = true);"

test('CSV, JSON and Parquet, views over views, joins and views with names of their own columns', async t => {
  const opened = await copyingEngine(
    t,
    {
      'Cities of.2024.csv': 'id,name\n1,Ulm\n2,Bonn\n',
      'people.json': '[{"city":1,"who":"Ada"},{"city":2,"who":"Bea"}]',
      'lines.ndjson': '{"a":1}\n{"a":2}\n',
      'p.parquet': '',
    },
    `create schema geo;
     create view geo."Cities" as select "Cities of".id, name from 'Cities of.2024.csv' as "Cities of";
     create view plain as select lines.a from 'lines.ndjson';
     create view people(town, person) as select city, who from read_json('people.json');
     create view lines as from read_ndjson('lines.ndjson', columns = {'a': 'INTEGER'});
     create view joined as select person, c.name from people join geo."Cities" c on c.id = town;`,
  )
  for (const [sql, ...rows] of [
    ['select count(*), max(name) from geo."Cities"', '2,Ulm'],
    ['select person from people where town = 2 limit 5', 'Bea'],
    ['select sum(a) from lines', '3'],
    ['select sum(a) from plain', '3'],
    ['select person, name from joined order by 1 limit 3', 'Ada,Ulm', 'Bea,Bonn'],
    ['select count(*) from joined j, lines l', '4'],
    ['with lines as (select 1 as a) select sum(a) from lines', '1'],
  ] as const) {
    assert.deepEqual(await opened.ask(sql), rows, sql)
    assert.deepEqual(await opened.fromCopies(sql), rows, sql)
  }
})

test('every type of Parquet is read from a copy as it is from the file', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'everport-types-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'types.parquet')
  const connection = await (await DuckDBInstance.create()).connect()
  await connection.run(
    `copy (select * exclude (geometry, "union") from test_all_types()) to '${file}' (format parquet)`,
  )
  connection.closeSync()
  const types = await copyingEngine(t, {}, `create view types as from '${file}';`)
  const sql = 'select * from types limit 10'
  const direct = await query(types.session, sql)
  assert.equal(direct.length, 3)
  const asked = direct.map(row => row.map(value => value ?? 'null').join())
  assert.deepEqual(await types.ask(sql), asked)
  assert.deepEqual(await types.fromCopies(sql), asked)
})

test('a prepared statement reads a copy, then the changed file, and is refused when its columns have changed', async t => {
  const opened = await copyingEngine(t, { 'one.csv': 'x\n1\n2\n' }, "create view one as from 'one.csv';")
  const prepared = await opened.session.prepare('select max(x) from one where x < $1', [20])
  const execute = async (): Promise<string | undefined> => {
    const execution = await prepared.execute([{ format: 0, bytes: Buffer.from('9') }], [0])
    const rows = await readAll(execution)
    await execution.close()
    return rows[0]?.[0]?.toString()
  }
  const copied = (): Promise<string | undefined> => opened.copied(() => execute())
  assert.equal(await copied(), '2')
  assert.equal(await copied(), '2')
  writeFileSync(opened.path('one.csv'), 'x\n1\n3\n')
  assert.equal(await execute(), '3')
  opened.pass(3_000)
  assert.equal(await copied(), '3')
  writeFileSync(opened.path('one.csv'), 'x\n1.5\n2.5\n')
  for (let i = 0; i < 4; i++) {
    const error = await refusal(execute())
    assert.deepEqual(
      [error.code, error.message],
      ['feature_not_supported', 'cached plan must not change result type'],
    )
    opened.pass(3_000)
    for (let wait = 0; wait < 20; wait++) await turn()
  }
  writeFileSync(opened.path('one.csv'), 'x\n1\n4\n')
  assert.equal(await execute(), '4')
  prepared.close()
})

test('a statement that is prepared each time is told the columns of the file as it is, and its parameters are its own', async t => {
  const opened = await copyingEngine(t, { 'one.csv': 'x\n1\n2\n3\n' }, "create view one as from 'one.csv';")
  const sql = 'select max(x) as top, count(*) from one where x < $1'
  const prepare = (oid = 20) => opened.session.prepare(sql, [oid])
  const run = async (
    prepared: Awaited<ReturnType<typeof prepare>>,
    value: string | null,
  ): Promise<string | undefined> => {
    const execution = await prepared.execute([value === null ? null : textParameter(value)], [0])
    const rows = await readAll(execution)
    await execution.close()
    return rows[0]?.map(cell => cell?.toString() ?? 'null').join()
  }
  const ask = async (value: string | null, oid?: number): Promise<string> => {
    const prepared = await prepare(oid)
    const type = prepared.columns?.[0]?.typeOid
    const answer = await run(prepared, value)
    prepared.close()
    return `${type} ${answer}`
  }
  const copied = (value: string, oid?: number): Promise<string> => opened.copied(() => ask(value, oid))
  assert.equal(await copied('3'), '20 2,2')
  assert.equal(await ask('2'), '20 1,1')
  assert.equal(await ask(null), '20 null,0')
  assert.equal(await copied('2.5', 701), '20 2,2')
  assert.equal(await ask('9'), '20 3,3')
  const [first, second] = [await prepare(), await prepare()]
  assert.deepEqual(await Promise.all([run(first, '2'), run(second, '3')]), ['1,1', '2,2'])
  second.close()
  // Told of the columns of one file, and executed over another.
  writeFileSync(opened.path('one.csv'), 'x\n0.5\n')
  assert.equal((await refusal(run(first, '9'))).message, 'cached plan must not change result type')
  assert.equal(await ask('9'), '701 0.5,1')
  opened.pass(3_000)
  assert.equal(await copied('9'), '701 0.5,1')
  writeFileSync(opened.path('one.csv'), 'x\n5\n6\n')
  assert.equal(await run(first, '6'), '5,1')
  const known = await prepare()
  writeFileSync(opened.path('one.csv'), 'x\n7\n8\n')
  assert.equal(await run(known, '8'), '7,1')
  rmSync(opened.path('one.csv'))
  await refusal(run(known, '8'))
  await refusal(prepare())
  known.close()
  first.close()
})

test('a simple query is told the columns that a copied file has by now', async t => {
  const opened = await copyingEngine(t, { 'one.csv': 'x\n1\n' }, "create view one as from 'one.csv';")
  const all = 'select * from one limit 3'
  for (const [text, row] of [
    ['x\n1\n', '1'],
    ['x,y\n1.5,2020-01-01\n', '1.5,2020-01-01'],
    ['z\nabc\n', 'abc'],
  ] as const) {
    writeFileSync(opened.path('one.csv'), text)
    assert.deepEqual(await opened.ask(all), [row])
    opened.pass(3_000)
    assert.deepEqual(await opened.fromCopies(all), [row])
  }
})

test('errors of a statement are those of the file, and the moment is the moment', async t => {
  const opened = await copyingEngine(t, { 'one.csv': 'x\n1\n0\n' }, one)
  const failing = 'select sum(10 / x) from one'
  const direct = await refusal(opened.ask(failing))
  await opened.fromCopies('select sum(x) from one')
  const { reads } = opened.counts()
  const { code, message } = await refusal(opened.ask(failing))
  assert.deepEqual([code, message], [direct.code, direct.message])
  assert.equal(opened.counts().reads, reads + 1, 'the copy was asked first')
  for (const sql of [
    'select max(x), now() from one',
    'select max(x), current_database() from one',
    'select max(x), random() from one',
    'explain select sum(x) from one',
    "select count(*) from read_csv('one.csv'), one",
    'select count(*) from duckdb_tables(), one',
    'select count(*) from pg_class, one',
  ])
    await opened.neverFromCopies(sql)
  const explained = await opened.ask('explain select sum(x) from one')
  assert.match(explained.join('\n'), /READ_CSV/)
})

test('patterns, functions that look at files and readings that depend on columns stay as they are', async t => {
  const opened = await copyingEngine(
    t,
    { 'one.csv': 'x\n1\n' },
    `create view pattern as from read_csv('*.csv');
     create view list as from read_csv(['one.csv', 'one.csv']);
     create view text as select content from read_text('one.csv');
     create view lenient as from read_csv('one.csv', columns = {'x': 'INTEGER'}, ignore_errors = true);
     create view dated as select *, now() as at from 'one.csv';
     create view named as select x, filename from 'one.csv';
     create view over as select * from pattern;
     create view fixed as select 1 as x;`,
  )
  for (const view of ['pattern', 'list', 'text', 'lenient', 'dated', 'named', 'over', 'fixed'])
    await opened.neverFromCopies(`select count(*) from ${view}`)
})
