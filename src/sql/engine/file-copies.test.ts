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
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import duckdb from '@duckdb/node-bindings'
import { SimulatedClock } from '../../testing/clock.ts'
import { catalogOf, copyingEngine, until } from '../../testing/copying-engine.ts'
import { refusal } from '../../testing/engine-session.ts'
import { copiedViews } from '../catalog/copied-views.ts'
import { copyDatabase } from './copy-database.ts'
import { fileCopies } from './file-copies.ts'

const one = "create view one as from read_csv('one.csv', columns = {'x': 'INTEGER'}, header = true);"

test('a file is copied behind the second statement that reads it, once, and nothing that no query reads', async t => {
  const opened = await copyingEngine(
    t,
    { 'one.csv': 'x\n1\n', 'other.csv': 'x\n7\n' },
    `${one} create view other as from 'other.csv';`,
    // Twelve readings of a CSV file at a time take 32 MB each.
    { memoryLimitMegabytes: 1_024 },
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

test('the statement after a change sees it: another file in its place, the same place rewritten, cut, touched, gone and back', async t => {
  const opened = await copyingEngine(t, { 'one.csv': 'x\n1\n' }, one)
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
  const opened = await copyingEngine(t, { 'one.csv': 'x\n1\n' }, one, { wallMs: () => wallMs })
  const sum = 'select sum(x) from one'
  const { ctimeMs } = statSync(opened.path('one.csv'))
  for (const ageMs of [-5_000, 0, 1_500]) {
    wallMs = ctimeMs + ageMs
    await opened.neverFromCopies(sum)
  }
  assert.equal(opened.counts().made, 0)
  wallMs = ctimeMs + 2_500
  assert.deepEqual(await opened.fromCopies(sum), ['1'])
})

test('what is too large, may not be read or is broken is read itself, and its error told as before', async t => {
  const rows = Array.from({ length: 100_001 }, (_, i) => i % 10)
  const wide = 'w'.repeat(500_000)
  const opened = await copyingEngine(
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
  await opened.neverFromCopies('select count(*) from long')
  await opened.neverFromCopies('select count(*) from big')
  const sum = 'select sum(x) from bad'
  const before = await refusal(opened.ask(sum))
  await opened.neverFromCopies(sum)
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
  const opened = await copyingEngine(
    t,
    Object.fromEntries(letters.map(letter => [`${letter}.csv`, text])),
    letters.map(letter => `create view ${letter} as from '${letter}.csv';`).join(''),
  )
  const count = (letter: string | undefined): string => `select count(*) from ${letter}`
  // An eighth of 256 MB holds 15 of them.
  const [first, second, ...others] = letters
  const [last] = others.splice(-1)
  for (const letter of [first, second, ...others.slice(1)]) await opened.fromCopies(count(letter))
  await opened.neverFromCopies(count(last), 0)
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
  const opened = await copyingEngine(t, { 'one.csv': 'x\n1\n' }, one, { memoryLimitMegabytes: 255 })
  await opened.neverFromCopies('select sum(x) from one')
  assert.equal(opened.counts().made, 0)
})

test('another catalog begins without copies', async t => {
  const opened = await copyingEngine(t, { 'one.csv': 'x\n1\n' }, one)
  await opened.fromCopies('select sum(x) from one')
  const next =
    "create view one as select x * 10 as x from read_csv('one.csv', columns = {'x': 'INTEGER'}, header = true);"
  await opened.engine.reload(catalogOf(opened.folder, next))
  await until(() => opened.counts().copies === 0, 'they stay')
  // Whoever goes on with the old one reads the file.
  await opened.neverFromCopies('select sum(x) from one')
  assert.deepEqual(await opened.ask('select sum(x) from one'), ['1'])
  const session = await opened.engine.openSession({ user: 'test', database: 'everport', applicationName: '' })
  for (let i = 0; i < 3; i++) assert.deepEqual(await opened.ask('select sum(x) from one', session), ['10'])
  await session.close()
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
    database: copyDatabase({
      async connect() {
        if (++attempts === 1) throw new Error('Out of Memory Error: nothing is left')
        return duckdb.connect(database)
      },
      preparation: name => [`CREATE SCHEMA ${name}.public`],
    }),
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
  await until(() => copies.hold(reach) === undefined && attempts === 1, 'nothing is tried')
  assert.equal(await isHeldSoon(), false)
  assert.equal(attempts, 1, 'not again before a while')
  clock.advance(2_000)
  await until(() => copies.hold(reach) !== undefined, 'not tried again')
  await copies.close()
  duckdb.close_sync(database)
})
