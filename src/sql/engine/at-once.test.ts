import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { EverportError } from '../../base/errors.ts'
import { SimulatedClock } from '../../testing/clock.ts'
import { type OpenedEngine, openedEngine, readAll, refusal } from '../../testing/engine-session.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { readCatalog } from '../catalog/read-catalog.ts'
import type { EngineSession, StatementRights } from './engine.ts'

const facts = { user: 'test', database: 'everport', applicationName: '' }

/** As a simple query does it: columns as they were when it ran, and rows joined by |. */
async function ask(session: EngineSession, statement: string): Promise<string[]> {
  const prepared = await session.prepare(statement, [], 'atOnce')
  try {
    const execution = await prepared.execute([], [])
    const columns = prepared.columns?.map(({ name, typeOid }) => `${name} ${typeOid}`).join('|') ?? ''
    const rows = await readAll(execution)
    await execution.close()
    return [columns, ...rows.map(row => row.map(value => value?.toString() ?? 'null').join('|'))]
  } finally {
    prepared.close()
  }
}

function catalogIn(folder: string, text: string): Catalog {
  const kind = (path: string): 'file' | 'folder' => (path.endsWith('/') ? 'folder' : 'file')
  const { catalog } = readCatalog(text, join(folder, 'catalog.sql'), kind)
  assert.ok(catalog)
  return catalog
}

const views = `create view one as from read_csv('one.csv'); create view parts as from read_csv('parts/*.csv');
create view names as from glob('parts/*'); create view fixed as select 42 as answer;`

async function opened(t: TestContext): Promise<OpenedEngine> {
  const found = await openedEngine({
    catalog(folder) {
      mkdirSync(join(folder, 'parts'))
      writeFileSync(join(folder, 'one.csv'), 'x\n1\n')
      writeFileSync(join(folder, 'parts', 'a.csv'), 'x\n1\n')
      return catalogIn(folder, views)
    },
  })
  t.after(() => found.close())
  return found
}

test('a small query that was bound before is bound as it runs, also for another session of the role', async t => {
  const { engine, session, folder } = await opened(t)
  const other = await engine.openSession(facts)
  const sum = 'select sum(x) from one'
  assert.deepEqual(await ask(session, sum), ['sum 1700', '1'])
  rmSync(join(folder, 'one.csv'))
  await refusal(session.prepare('select min(x) from one', [], 'atOnce'))
  await refusal(session.prepare(sum, []))
  for (const each of [session, other]) {
    const known = await each.prepare(sum, [], 'atOnce')
    await refusal(known.execute([], []))
    known.close()
  }
  await other.close()
})

test('a constant may be run again, described, closed and prepared by a client', async t => {
  const { session } = await opened(t)
  const statement = "select 1, 'it'"
  for (let i = 0; i < 3; i++)
    assert.deepEqual(await ask(session, statement), ['?column? 23|?column? 25', '1|it'])
  const prepared = await session.prepare(statement, [])
  assert.equal(prepared.columns?.length, 2)
  const both = await Promise.all([prepared.execute([], [0]), prepared.execute([], [0])])
  for (const execution of both) assert.deepEqual((await readAll(execution)).map(String), ['1,it'])
  prepared.close()
  assert.equal((await refusal(prepared.execute([], []))).code, 'undefined_statement')
})

test('a constant is answered again as it was, in each format and to each reader of it', async t => {
  const { session } = await opened(t)
  const statement = "select 258, null, 'it'"
  const asked = async (format: 0 | 1): Promise<readonly Buffer[]> => {
    const prepared = await session.prepare(statement, [], 'atOnce')
    const execution = await prepared.execute([], [format])
    const batches: Buffer[] = []
    for (let batch = await execution.next(9); batch !== undefined; batch = await execution.next(9)) {
      assert.equal(batch.rowCount, 1)
      batches.push(Buffer.from(batch.bytes))
      // What a reader does to the bytes is his own affair.
      batch.bytes.fill(0)
    }
    await execution.close()
    prepared.close()
    return batches
  }
  const [text, binary] = [await asked(0), await asked(1)]
  assert.ok(text[0]?.includes('258') && binary[0]?.includes(Buffer.from([0, 0, 1, 2])))
  for (let i = 0; i < 2; i++) assert.deepEqual([await asked(0), await asked(1)], [text, binary])
  assert.deepEqual(await ask(session, 'select 1 where false'), ['?column? 23'])
  assert.deepEqual(await ask(session, 'select 1 where false'), ['?column? 23'])
})

test('an error of constants is an error each time', async t => {
  const { session } = await opened(t)
  for (let i = 0; i < 3; i++) {
    const prepared = await session.prepare('select 1 / 0', [], 'atOnce')
    const { code } = await refusal(prepared.execute([], []).then(readAll))
    assert.equal(code, 'division_by_zero')
    prepared.close()
  }
})

test('files that change, come and go are read as they are', async t => {
  const { session, folder } = await opened(t)
  const [one, part] = [join(folder, 'one.csv'), join(folder, 'parts', 'b.csv')]
  for (const x of [1, 2, 3]) {
    writeFileSync(one, `x\n${x}\n`)
    assert.deepEqual(await ask(session, 'select max(x) from one'), ['max 20', String(x)])
  }
  for (const count of [1, 2, 1]) {
    if (count === 2) writeFileSync(part, 'x\n2\n')
    else rmSync(part, { force: true })
    assert.deepEqual(await ask(session, 'select count(*) from parts'), ['count 20', String(count)])
    assert.deepEqual(await ask(session, 'select count(*) from names'), ['count 20', String(count)])
  }
})

test('columns that a file has no longer, or of another type, are told as they are', async t => {
  const { session, folder } = await opened(t)
  const one = join(folder, 'one.csv')
  for (let i = 0; i < 2; i++) assert.deepEqual(await ask(session, 'select * from one limit 3'), ['x 20', '1'])
  for (const [text, ...answer] of [
    ['x\nabc\n', 'x 25', 'abc'],
    ['x,y\n1.5,2020-01-01\n', 'x 701|y 1082', '1.5|2020-01-01'],
    ['z\n7\n', 'z 20', '7'],
  ]) {
    writeFileSync(one, text as string)
    for (let i = 0; i < 2; i++) assert.deepEqual(await ask(session, 'select * from one limit 3'), answer)
  }
})

test('a statement that clients were told the columns of is refused when they are others by now', async t => {
  const { session, folder } = await opened(t)
  for (const statement of ['select * from one limit 3', 'select * from one']) {
    writeFileSync(join(folder, 'one.csv'), 'x\n1\n')
    const prepared = await session.prepare(statement, [])
    assert.equal((await readAll(await prepared.execute([], []))).length, 1)
    writeFileSync(join(folder, 'one.csv'), 'x\nabc\n')
    const error = await refusal(prepared.execute([], []))
    assert.equal(error.message, 'cached plan must not change result type')
    writeFileSync(join(folder, 'one.csv'), 'x\n8\n')
    assert.deepEqual((await readAll(await prepared.execute([], []))).map(String), ['8'])
    prepared.close()
  }
})

test('what binding says of a changed file has its place in the statement', async t => {
  const { session, folder } = await opened(t)
  const statement = 'select max(x) from one'
  await ask(session, statement)
  writeFileSync(join(folder, 'one.csv'), 'other\n1\n')
  for (let i = 0; i < 2; i++) {
    const error = await refusal(ask(session, statement))
    assert.deepEqual([error.code, error.position], ['undefined_column', 12])
  }
  writeFileSync(join(folder, 'one.csv'), 'x\n5\n')
  assert.deepEqual(await ask(session, statement), ['max 20', '5'])
})

test('an error of the rows is the same the second time', async t => {
  const { session } = await opened(t)
  for (let i = 0; i < 3; i++) {
    const error = await refusal(ask(session, 'select sum(1 / (x - 1)) from one'))
    assert.equal(error.code, 'division_by_zero')
  }
})

test('time goes on between two equal queries', async t => {
  const { session } = await opened(t)
  const stamps = new Set<string>()
  for (let i = 0; i < 3; i++) stamps.add((await ask(session, 'select now(), localtimestamp')).join())
  assert.equal(stamps.size, 3)
})

test('another catalog begins with nothing known; who is there goes on with the old one', async t => {
  const { engine, session, folder } = await opened(t)
  assert.deepEqual(await ask(session, 'select answer from fixed limit 1'), ['answer 23', '42'])
  await engine.reload(catalogIn(folder, "create view fixed as select 'new' as answer;"))
  const later = await engine.openSession(facts)
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(await ask(later, 'select answer from fixed limit 1'), ['answer 25', 'new'])
    assert.deepEqual(await ask(session, 'select answer from fixed limit 1'), ['answer 23', '42'])
  }
  await later.close()
})

/** Rights that read `fixed` as the test says, or refuse it. */
function changingRights(): StatementRights & { show: (sql: string | undefined) => void } {
  let revision = 1
  let shown: string | undefined = '(SELECT 1 AS answer)'
  return {
    show(sql) {
      shown = sql
      revision++
    },
    version: () => revision,
    readsEverything: () => false,
    reader: () => ({
      relation() {
        if (shown === undefined) throw new EverportError('insufficient_privilege', 'permission denied')
        return shown
      },
      catalogRows: () => undefined,
      functionFacts: () => undefined,
      isOfThisMoment: () => false,
      refusal: error => error,
    }),
  }
}

test('rights that change hold from the next query on, as do those of another role', async t => {
  const { engine, session } = await opened(t)
  const rights = changingRights()
  const ann = await engine.openSession({ ...facts, user: 'ann', rights })
  const statement = 'select answer from fixed limit 1'
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(await ask(ann, statement), ['answer 23', '1'])
    assert.deepEqual(await ask(session, statement), ['answer 23', '42'])
  }
  rights.show("(SELECT 'masked' AS answer)")
  for (let i = 0; i < 2; i++) assert.deepEqual(await ask(ann, statement), ['answer 25', 'masked'])
  const prepared = await ann.prepare(statement, [], 'atOnce')
  rights.show(undefined)
  assert.equal((await refusal(prepared.execute([], []))).code, 'insufficient_privilege')
  prepared.close()
  assert.equal((await refusal(ask(ann, statement))).code, 'insufficient_privilege')
  assert.deepEqual(await ask(session, statement), ['answer 23', '42'])
  await ann.close()
})

const slow = (limit: number): string =>
  `select count(*) from (select 1 from range(${limit}) a, range(${limit}) b, range(${limit}) c limit ${limit ** 3})`

test('a query that is bound as it runs hears a cancel', async t => {
  const { session, folder } = await opened(t)
  // The same text, short the first time and endless the second.
  const text = 'select count(*) from one a, one b, one c where a.x + b.x + c.x < 0'
  assert.deepEqual(await ask(session, text), ['count 20', '0'])
  writeFileSync(join(folder, 'one.csv'), `x\n${'1\n'.repeat(20_000)}`)
  const running = refusal(ask(session, text))
  for (let i = 0; i < 5; i++) await turn()
  session.cancel()
  assert.equal((await running).code, 'query_cancelled')
  assert.deepEqual(await ask(session, slow(2)), ['count 20', '8'])
})

test('one that finds too little memory beside another runs again alone', async () => {
  const { engine, session, close } = await openedEngine({
    placesMax: () => 3,
    clock: new SimulatedClock(),
  })
  const bounds = () => ({ memoryMegabytes: 150, spillMegabytes: 1 })
  const [holding, starved] = await Promise.all([
    engine.openSession({ ...facts, bounds }),
    engine.openSession({ ...facts, bounds }),
  ])
  const statement = 'select length(string_agg(i::text)) from range(4000000) r(i)'
  assert.deepEqual(await ask(starved, statement), ['length 23', '30888889'])
  const prepared = await holding.prepare('select i from range(3000000) r(i) order by hash(i)', [])
  const held = await prepared.execute([], [])
  await held.next(1)
  assert.deepEqual(await ask(starved, statement), ['length 23', '30888889'])
  assert.equal(engine.places(), 3, 'one of other bounds, one for each of both')
  await held.close()
  await Promise.all([holding.close(), starved.close(), session.close()])
  await close()
})

test('an open portal and queries of the same session beside it do not meet', async t => {
  const { session } = await opened(t)
  await ask(session, 'select 1')
  const prepared = await session.prepare('select i from range(50000) r(i)', [])
  const portal = await prepared.execute([], [])
  await portal.next(10)
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(await ask(session, 'select 1'), ['?column? 23', '1'])
    assert.deepEqual(await ask(session, 'select max(x) from one'), ['max 20', '1'])
  }
  assert.equal((await readAll(portal)).length, 49_990)
  prepared.close()
})

const typed = [
  'select null as a, 1.50 as b, true as c',
  "select '{\"a\": 1}'::json as a, array[1, 2] as b, array[array['x']] as c",
  "select interval '1 day' as a, '\\x00'::bytea as b, date '2020-01-01' as c",
  'from (select null as a, [] as b)',
  "from (select {'a': 1, 'b': [1.5]} as a, map {'k': 1} as b, union_value(n := 1) as c, [1, 2]::int[2] as d)",
  "from (select 'x'::enum('x', 'y') as a, '101'::bit as b, 1::hugeint as c, 'nan'::float as d)",
]
for (const statement of typed) {
  test(`what was bound and what comes have the same types: ${statement}`, async t => {
    const { session } = await opened(t)
    const first = await ask(session, statement).catch((error: EverportError) => [String(error)])
    assert.equal(first.length, 2, first[0])
    assert.deepEqual(await ask(session, statement), first)
  })
}
