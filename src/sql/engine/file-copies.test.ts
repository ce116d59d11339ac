import assert from 'node:assert/strict'
import {
  chmodSync,
  linkSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'
import type { Clock } from '../../base/clock.ts'
import { systemClock } from '../../io/clock.ts'
import { SimulatedClock } from '../../testing/clock.ts'
import {
  type OpenedEngine,
  openedEngine,
  query,
  readAll,
  refusal,
  textParameter,
} from '../../testing/engine-session.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { copiedViews } from '../catalog/copied-views.ts'
import { readCatalog } from '../catalog/read-catalog.ts'
import type { EngineSession } from './engine.ts'
import { type FileCopyCounts, fileCopies } from './file-copies.ts'

const deadlineMs = 20_000

interface Opened extends OpenedEngine {
  /** Lets time pass, so that a file which could not be copied is tried again. */
  pass(ms: number): void
  path(name: string): string
  /** As a simple query does it: rows joined by commas. */
  ask(sql: string, session?: EngineSession): Promise<string[]>
  /** Asks until the answer came from copies. */
  fromCopies(sql: string): Promise<string[]>
  counts(): FileCopyCounts
}

function catalogOf(folder: string, text: string): Catalog {
  const kind = (path: string): 'file' | 'folder' => (path.endsWith('/') ? 'folder' : 'file')
  const { catalog, mistakes } = readCatalog(text, join(folder, 'catalog.sql'), kind)
  assert.ok(catalog, JSON.stringify(mistakes))
  return catalog
}

async function open(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  views: string,
  options: { wallMs?: () => number; memoryLimitMegabytes?: number } = {},
): Promise<Opened> {
  let shiftMs = 0
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + shiftMs }
  const opened = await openedEngine({
    clock,
    // Files that were written just now are old by this.
    wallMs: () => Date.now() + 60_000,
    ...options,
    catalog(folder) {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
      return catalogOf(folder, views)
    },
  })
  t.after(() => opened.close())
  const ask = async (sql: string, session = opened.session): Promise<string[]> => {
    const prepared = await session.prepare(sql, [], 'atOnce')
    try {
      const execution = await prepared.execute([], [])
      const rows = await readAll(execution)
      await execution.close()
      return rows.map(row => row.map(value => value?.toString() ?? 'null').join())
    } finally {
      prepared.close()
    }
  }
  const counts = (): FileCopyCounts => opened.engine.fileCopies()
  return {
    ...opened,
    ask,
    counts,
    path: name => join(opened.folder, name),
    pass(ms) {
      shiftMs += ms
    },
    async fromCopies(sql) {
      const until = systemClock.now() + deadlineMs
      for (;;) {
        const before = counts().reads
        const rows = await ask(sql)
        if (counts().reads > before) return rows
        assert.ok(systemClock.now() < until, `never read from a copy: ${sql}`)
        await turn()
      }
    },
  }
}

/** Several statements, with time to copy between them. */
async function neverFromCopies(opened: Opened, sql: string): Promise<void> {
  const { reads } = opened.counts()
  for (let i = 0; i < 6; i++) {
    await opened.ask(sql).catch(() => undefined)
    for (let wait = 0; wait < 20; wait++) await turn()
    opened.pass(3_000)
  }
  assert.equal(opened.counts().reads, reads, sql)
}

const one = "create view one as from read_csv('one.csv', columns = {'x': 'INTEGER'}, header = true);"

test('a file is copied behind the second statement that reads it, once, and nothing that no query reads', async t => {
  const opened = await open(
    t,
    { 'one.csv': 'x\n1\n', 'other.csv': 'x\n7\n' },
    `${one} create view other as from 'other.csv';`,
  )
  assert.deepEqual(await opened.ask('select sum(x) from one'), ['1'])
  for (let wait = 0; wait < 50; wait++) await turn()
  assert.deepEqual(opened.counts(), { copies: 0, bytes: 0, made: 0, reads: 0 })
  const sessions = await Promise.all(
    Array.from({ length: 12 }, () =>
      opened.engine.openSession({ user: 'test', database: 'everport', applicationName: '' }),
    ),
  )
  t.after(() => Promise.all(sessions.map(session => session.close())))
  const answers = await Promise.all(sessions.map(session => opened.ask('select sum(x) from one', session)))
  assert.ok(answers.every(([sum]) => sum === '1'))
  assert.deepEqual(await opened.fromCopies('select sum(x) from one'), ['1'])
  const { copies, made, bytes } = opened.counts()
  assert.deepEqual([copies, made], [1, 1])
  assert.ok(bytes > 0)
})

test('CSV, JSON and Parquet, views over views, joins and views with names of their own columns', async t => {
  const opened = await open(
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
  const types = await open(t, {}, `create view types as from '${file}';`)
  const sql = 'select * from types limit 10'
  const direct = await query(types.session, sql)
  assert.equal(direct.length, 3)
  const asked = direct.map(row => row.map(value => value ?? 'null').join())
  assert.deepEqual(await types.ask(sql), asked)
  assert.deepEqual(await types.fromCopies(sql), asked)
})

test('the statement after a change sees it: another file in its place, the same place rewritten, cut, touched, gone and back', async t => {
  const opened = await open(t, { 'one.csv': 'x\n1\n' }, one)
  const file = opened.path('one.csv')
  const sum = 'select sum(x) from one'
  await opened.ask(sum)
  const changes: [string, () => void, string][] = [
    ['rewritten', () => writeFileSync(file, 'x\n2\n'), '2'],
    [
      'another in its place',
      () => {
        writeFileSync(`${file}.new`, 'x\n3\n')
        renameSync(`${file}.new`, file)
      },
      '3',
    ],
    [
      'rewritten under its old time',
      () => {
        const { atime, mtime } = statSync(file)
        writeFileSync(file, 'x\n4\n')
        utimesSync(file, atime, mtime)
      },
      '4',
    ],
    ['longer', () => writeFileSync(file, 'x\n2\n3\n'), '5'],
    ['cut', () => truncateSync(file, 4), '2'],
    [
      'through another name',
      () => {
        linkSync(file, `${file}.link`)
        writeFileSync(`${file}.link`, 'x\n6\n')
        rmSync(`${file}.link`)
      },
      '6',
    ],
  ]
  for (const [what, change, answer] of changes) {
    await opened.fromCopies(sum)
    change()
    assert.deepEqual(await opened.ask(sum), [answer], what)
    opened.pass(3_000)
    assert.deepEqual(await opened.fromCopies(sum), [answer], what)
  }
  rmSync(file)
  const missing = await refusal(opened.ask(sum))
  assert.equal(missing.code, (await refusal(opened.session.prepare('select min(x) from one', []))).code)
  writeFileSync(file, 'x\n9\n')
  assert.deepEqual(await opened.ask(sum), ['9'])
  opened.pass(3_000)
  await opened.fromCopies(sum)
  renameSync(file, `${file}.kept`)
  symlinkSync(`${file}.kept`, file)
  // The engine reads no file by a name that the catalog does not have.
  assert.equal((await refusal(opened.ask(sum))).code, 'insufficient_privilege')
})

test('a file that changed a moment ago is read itself until its next change must show', async t => {
  let wallMs = 0
  const opened = await open(t, { 'one.csv': 'x\n1\n' }, one, { wallMs: () => wallMs })
  const sum = 'select sum(x) from one'
  const { ctimeMs } = statSync(opened.path('one.csv'))
  for (const ageMs of [-5_000, 0, 1_500]) {
    wallMs = ctimeMs + ageMs
    await neverFromCopies(opened, sum)
  }
  assert.equal(opened.counts().made, 0)
  wallMs = ctimeMs + 2_500
  assert.deepEqual(await opened.fromCopies(sum), ['1'])
})

test('what is too large, may not be read or is broken is read itself, and its error told as before', async t => {
  const rows = Array.from({ length: 100_001 }, (_, i) => i % 10)
  const wide = 'w'.repeat(500_000)
  const opened = await open(
    t,
    {
      'long.csv': `x\n${rows.join('\n')}\n`,
      'big.csv': `x\n${'1\n'.repeat(10)}${'2'.repeat(1024 * 1024)}\n`,
      'wide.csv': `x\n${wide}\n${wide}\n`,
      'bad.csv': 'x\n1\ntwo\n',
      'secret.csv': 'x\n1\n',
    },
    `create view long as from 'long.csv';
     create view big as from read_csv('big.csv', columns = {'x': 'VARCHAR'}, max_line_size = 4000000);
     create view wide as from read_csv('wide.csv', columns = {'x': 'VARCHAR'}, max_line_size = 4000000);
     create view bad as from read_csv('bad.csv', columns = {'x': 'INTEGER'}, header = true, auto_detect = false);
     create view secret as from read_csv('secret.csv', columns = {'x': 'INTEGER'}, header = true);`,
  )
  await neverFromCopies(opened, 'select count(*) from long')
  await neverFromCopies(opened, 'select count(*) from big')
  const sum = 'select sum(x) from bad'
  const before = await refusal(opened.ask(sum))
  await neverFromCopies(opened, sum)
  const after = await refusal(opened.ask(sum))
  assert.deepEqual([after.code, after.message, after.detail], [before.code, before.message, before.detail])
  assert.equal(opened.counts().made, 0)
  assert.deepEqual(await opened.fromCopies('select max(length(x)) from wide'), ['500000'])
  await opened.fromCopies('select sum(x) from secret')
  chmodSync(opened.path('secret.csv'), 0)
  // Whoever may read everything reads it, from the file or a copy.
  if (process.getuid?.() !== 0) await refusal(opened.ask('select sum(x) from secret'))
  else assert.deepEqual(await opened.ask('select sum(x) from secret'), ['1'])
})

test('all copies together are bounded: those that nobody used for a while go for others', async t => {
  const letters = Array.from({ length: 17 }, (_, i) => `v${i}`)
  const text = `x\n${'1\n'.repeat(90_000)}`
  const opened = await open(
    t,
    Object.fromEntries(letters.map(letter => [`${letter}.csv`, text])),
    letters.map(letter => `create view ${letter} as from '${letter}.csv';`).join(''),
  )
  const count = (letter: string | undefined): string => `select count(*) from ${letter}`
  // An eighth of 256 MB holds 15 of them.
  const [first, second, ...others] = letters
  const [last] = others.splice(-1)
  for (const letter of [first, second, ...others.slice(1)]) await opened.fromCopies(count(letter))
  await neverFromCopiesAtOnce(opened, count(last))
  const { copies, bytes } = opened.counts()
  assert.equal(copies, 15)
  assert.ok(bytes <= (256 * 1024 * 1024) / 8, String(bytes))
  opened.pass(11_000)
  await opened.ask(count(first))
  assert.deepEqual(await opened.fromCopies(count(last)), ['90000'])
  assert.equal(opened.counts().copies, 15)
  const { reads } = opened.counts()
  assert.deepEqual(await opened.ask(count(first)), ['90000'])
  assert.equal(opened.counts().reads, reads + 1, 'the first was used last')
  assert.deepEqual(await opened.ask(count(second)), ['90000'])
  assert.equal(opened.counts().reads, reads + 1, 'the second has gone')
})

test('where queries need all the memory themselves nothing is copied', async t => {
  const opened = await open(t, { 'one.csv': 'x\n1\n' }, one, { memoryLimitMegabytes: 255 })
  await neverFromCopies(opened, 'select sum(x) from one')
  assert.equal(opened.counts().made, 0)
})

/** Without time that passes. */
async function neverFromCopiesAtOnce(opened: Opened, sql: string): Promise<void> {
  const { reads } = opened.counts()
  for (let i = 0; i < 6; i++) {
    await opened.ask(sql)
    for (let wait = 0; wait < 50; wait++) await turn()
  }
  assert.equal(opened.counts().reads, reads)
}

test('another catalog begins without copies', async t => {
  const opened = await open(t, { 'one.csv': 'x\n1\n' }, one)
  await opened.fromCopies('select sum(x) from one')
  const next =
    "create view one as select x * 10 as x from read_csv('one.csv', columns = {'x': 'INTEGER'}, header = true);"
  await opened.engine.reload(catalogOf(opened.folder, next))
  const until = systemClock.now() + deadlineMs
  while (opened.counts().copies > 0) {
    assert.ok(systemClock.now() < until)
    await turn()
  }
  // Whoever goes on with the old one reads the file.
  await neverFromCopies(opened, 'select sum(x) from one')
  assert.deepEqual(await opened.ask('select sum(x) from one'), ['1'])
  const session = await opened.engine.openSession({ user: 'test', database: 'everport', applicationName: '' })
  for (let i = 0; i < 3; i++) assert.deepEqual(await opened.ask('select sum(x) from one', session), ['10'])
  await session.close()
})

test('a prepared statement reads a copy, then the changed file, and is refused when its columns have changed', async t => {
  const opened = await open(t, { 'one.csv': 'x\n1\n2\n' }, "create view one as from 'one.csv';")
  const prepared = await opened.session.prepare('select max(x) from one where x < $1', [20])
  const execute = async (): Promise<string | undefined> => {
    const execution = await prepared.execute([{ format: 0, bytes: Buffer.from('9') }], [0])
    const rows = await readAll(execution)
    await execution.close()
    return rows[0]?.[0]?.toString()
  }
  const copied = async (): Promise<string | undefined> => {
    const until = systemClock.now() + deadlineMs
    for (;;) {
      const { reads } = opened.counts()
      const answer = await execute()
      if (opened.counts().reads > reads) return answer
      assert.ok(systemClock.now() < until)
      await turn()
    }
  }
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
  const opened = await open(t, { 'one.csv': 'x\n1\n2\n3\n' }, "create view one as from 'one.csv';")
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
  const copied = async (value: string, oid?: number): Promise<string> => {
    const until = systemClock.now() + deadlineMs
    for (;;) {
      const { reads } = opened.counts()
      const answer = await ask(value, oid)
      if (opened.counts().reads > reads) return answer
      assert.ok(systemClock.now() < until)
      await turn()
    }
  }
  assert.equal(await copied('3'), '20 2,2')
  assert.equal(await ask('2'), '20 1,1')
  assert.equal(await ask(null), '20 null,0')
  assert.equal(await copied('2.5', 701), '20 2,2')
  assert.equal(await ask('9'), '20 3,3')
  const [one, other] = [await prepare(), await prepare()]
  assert.deepEqual(await Promise.all([run(one, '2'), run(other, '3')]), ['1,1', '2,2'])
  other.close()
  // Told of the columns of one file, and executed over another.
  writeFileSync(opened.path('one.csv'), 'x\n0.5\n')
  assert.equal((await refusal(run(one, '9'))).message, 'cached plan must not change result type')
  assert.equal(await ask('9'), '701 0.5,1')
  opened.pass(3_000)
  assert.equal(await copied('9'), '701 0.5,1')
  writeFileSync(opened.path('one.csv'), 'x\n5\n6\n')
  assert.equal(await run(one, '6'), '5,1')
  const known = await prepare()
  writeFileSync(opened.path('one.csv'), 'x\n7\n8\n')
  assert.equal(await run(known, '8'), '7,1')
  rmSync(opened.path('one.csv'))
  await refusal(run(known, '8'))
  await refusal(prepare())
  known.close()
  one.close()
})

test('a simple query is told the columns that a copied file has by now', async t => {
  const opened = await open(t, { 'one.csv': 'x\n1\n' }, "create view one as from 'one.csv';")
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
  const opened = await open(t, { 'one.csv': 'x\n1\n0\n' }, one)
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
    await neverFromCopies(opened, sql)
  const explained = await opened.ask('explain select sum(x) from one')
  assert.match(explained.join('\n'), /READ_CSV/)
})

test('patterns, functions that look at files and readings that depend on columns stay as they are', async t => {
  const opened = await open(
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
    await neverFromCopies(opened, `select count(*) from ${view}`)
})

test('what fails once, as for lack of memory, is tried again', async t => {
  const database = await duckdb.open(':memory:')
  const folder = mkdtempSync(join(tmpdir(), 'everport-copies-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'one.csv'), 'x\n1\n')
  const catalog = catalogOf(folder, "create view one as from 'one.csv';")
  const reach = copiedViews(catalog).reachOf('select x from one')
  assert.ok(reach)
  const clock = new SimulatedClock()
  let attempts = 0
  const copies = fileCopies({
    connect: () => duckdb.connect(database),
    preparation: name => [`CREATE SCHEMA ${name}.public`, ...(++attempts === 1 ? ['SELECT nosuch'] : [])],
    memoryLimitMegabytes: 512,
    shared: { copies: 0, bytes: 0, made: 0, reads: 0 },
    clock,
    wallMs: () => Date.now() + 60_000,
  })
  const isHeldSoon = async (): Promise<boolean> => {
    for (let i = 0; i < 200; i++) {
      if (copies.hold(reach) !== undefined) return true
      await turn()
    }
    return false
  }
  const until = systemClock.now() + deadlineMs
  while (attempts === 0) assert.ok(!(await isHeldSoon()) && systemClock.now() < until)
  assert.equal(await isHeldSoon(), false)
  assert.equal(attempts, 1, 'not again before a while')
  clock.advance(2_000)
  while (!(await isHeldSoon())) assert.ok(systemClock.now() < until)
  await copies.close()
  duckdb.close_sync(database)
})
