import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type OpenedEngine,
  openedEngine,
  query,
  readAll,
  refusal,
  rowsOf,
} from '../../testing/engine-session.ts'
import type { Execution } from './engine.ts'

let opened: OpenedEngine
before(async () => {
  opened = await openedEngine()
})
after(() => opened.close())

async function execute(statement: string): Promise<Execution> {
  return (await opened.session.prepare(statement, [])).execute([], [0])
}

/** Reads until the end or an error; how many rows came before it. */
async function drain(execution: Execution): Promise<{ rows: number; error: unknown }> {
  let rows = 0
  try {
    for (let batch = await execution.next(4_096); batch !== undefined; batch = await execution.next(4_096)) {
      rows += batch.rowCount
    }
    return { rows, error: undefined }
  } catch (error) {
    return { rows, error }
  }
}

const failsAt = (row: number, of: number): string =>
  `select i, case when i = ${row} then error('broken at ' || i) else 'ok' end as v from range(${of}) t(i)`

test('an error far into a stream is an error, never a short result', async () => {
  const execution = await execute(failsAt(600_000, 1_000_000))
  const { rows, error } = await drain(execution)
  assert.ok(rows < 1_000_000)
  assert.match(String(error), /broken at 600000/)
  assert.equal((await refusal(execution.next(1))).code, 'data_exception', 'and stays one')
  await execution.close()
  assert.deepEqual(await query(opened.session, 'select 1'), [['1']], 'the session goes on')
})

test('an error whose reason cannot be found again is told in general words', async () => {
  // Volatile: a look at it fails or not, as it comes.
  const statement =
    "select i, case when i >= 500000 and random() < 0.001 and i < 503000 then error('x') end as v from range(1000000) t(i) where random() >= 0"
  let found: unknown
  for (let look = 0; found === undefined && look < 50; look++) {
    const execution = await execute(statement)
    found = (await drain(execution)).error
    await execution.close()
  }
  assert.ok(found instanceof Error)
})

test('conversion errors in the middle keep their SQLSTATE', async () => {
  const statement = "select (case when i = 700000 then 'abc' else '1' end)::int from range(1000000) t(i)"
  const { error } = await drain(await execute(statement))
  assert.match(String(error), /invalid input syntax for type integer: "abc"/)
})

test('a whole stream has all its rows', async () => {
  const { rows, error } = await drain(await execute('select i from range(1000000) t(i)'))
  assert.equal(error, undefined)
  assert.equal(rows, 1_000_000)
})

test('next gives at most as many rows as asked, in order, over the edges of chunks', async () => {
  const execution = await execute('select i from range(5000) t(i)')
  const seen: number[] = []
  for (const rowsMax of [1, 2, 3, 2_047, 1, 100_000, 1_000, 7, 100_000, 100_000]) {
    const batch = await execution.next(rowsMax)
    if (batch === undefined) break
    assert.ok(batch.rowCount <= rowsMax && batch.rowCount > 0)
    seen.push(...rowsOf(batch.bytes).map(row => Number(row[0]?.toString())))
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 5_000 }, (_, i) => i),
  )
  assert.equal(await execution.next(1), undefined)
  assert.equal(await execution.next(1), undefined, 'the end stays the end')
  await execution.close()
})

test('batches are bounded in bytes, and huge values come whole', async () => {
  const execution = await execute("select repeat('x', 300000) as v from range(20)")
  let rows = 0
  for (let batch = await execution.next(1_000); batch !== undefined; batch = await execution.next(1_000)) {
    assert.ok(batch.bytes.length < 1024 * 1024, `${batch.bytes.length} bytes`)
    for (const [value] of rowsOf(batch.bytes)) assert.equal(value?.length, 300_000)
    rows += batch.rowCount
  }
  assert.equal(rows, 20)
})

test('several portals of one session stream side by side', async () => {
  const left = await execute('select i from range(100000) t(i)')
  const first = await left.next(10)
  assert.equal(first?.rowCount, 10)
  const right = await execute('select i + 1 from range(100000) t(i)')
  assert.equal((await right.next(10))?.rowCount, 10)
  assert.deepEqual(await query(opened.session, 'select 7'), [['7']])
  assert.equal((await drain(left)).rows, 99_990)
  assert.equal((await drain(right)).rows, 99_990)
})

test('one prepared statement runs in two portals at once, with its own parameters each', async () => {
  const prepared = await opened.session.prepare('select i + $1::bigint from range(50000) t(i)', [])
  const parameter = (text: string): [{ format: 0; bytes: Buffer }] => [
    { format: 0, bytes: Buffer.from(text) },
  ]
  const left = await prepared.execute(parameter('0'), [0])
  await left.next(1)
  const right = await prepared.execute(parameter('1000000'), [0])
  await right.next(1)
  const rows = [await readAll(left), await readAll(right)]
  assert.deepEqual(
    rows.map(all => [all.length, all[0]?.[0]?.toString()]),
    [
      [49_999, '1'],
      [49_999, '1000001'],
    ],
  )
  prepared.close()
})

test('open portals are bounded', async () => {
  const session = await opened.engine.openSession({ user: 'x', database: 'y', applicationName: '' })
  const prepared = await session.prepare('select i from range(100000) t(i)', [])
  const open: Execution[] = []
  const error = await refusal(
    (async () => {
      for (;;) open.push(await prepared.execute([], [0]))
    })(),
  )
  assert.equal(error.code, 'limit_exceeded')
  for (const execution of open) await execution.close()
  assert.deepEqual(await query(session, 'select 1'), [['1']])
  await session.close()
})

test('closing early frees the connection for the next statement', async () => {
  for (let i = 0; i < 50; i++) {
    const execution = await execute('select i from range(10000000) t(i)')
    await execution.next(1)
    await execution.close()
  }
  assert.deepEqual(await query(opened.session, 'select 1'), [['1']])
})

test('memory stays flat over a large stream', { timeout: 120_000 }, async () => {
  const statement =
    "select i, 'a string that is longer than twelve ' || i as s, i / 7.0 as d from range(5000000) t(i)"
  const execution = await execute(statement)
  const rssBefore = process.memoryUsage.rss()
  let most = 0
  let rows = 0
  for (let batch = await execution.next(4_096); batch !== undefined; batch = await execution.next(4_096)) {
    rows += batch.rowCount
    most = Math.max(most, process.memoryUsage.rss())
  }
  assert.equal(rows, 5_000_000)
  assert.ok(most - rssBefore < 200e6, `grew by ${Math.round((most - rssBefore) / 1e6)} MB`)
})

test('a reader that stands still costs nothing more', async () => {
  const execution = await execute("select repeat('y', 1000) || i as v from range(3000000) t(i)")
  await execution.next(1)
  const rssBefore = process.memoryUsage.rss()
  for (let i = 0; i < 20; i++) await query(opened.session, 'select 1')
  assert.ok(process.memoryUsage.rss() - rssBefore < 50e6)
  await execution.close()
})

test('more than the memory limit is an error of that query alone', async () => {
  const statement = "select list(i || 'abcdefghijklmnopqrstuvwxyz') from range(30000000) t(i)"
  const error = await refusal(query(opened.session, statement))
  assert.equal(error.code, 'out_of_memory')
  assert.equal(error.message, 'out of memory')
  assert.deepEqual(await query(opened.session, 'select 1'), [['1']])
})

test('what does not fit into memory is sorted on disk', async () => {
  const statement =
    "select count(*) from (select i || 'abcdefghijklmnopqrstuvwxyz0123456789' as s from range(6000000) t(i) order by s desc offset 1)"
  assert.deepEqual(await query(opened.session, statement), [['5999999']])
})

test('the folder for temporary files is made, however deep', async () => {
  const deep = await openedEngine({ tempDirectory: `${opened.folder}/a/b/c` })
  try {
    const statement =
      "select count(*) from (select i || repeat('x', 50) as s from range(4000000) t(i) order by s desc offset 1)"
    assert.deepEqual(await query(deep.session, statement), [['3999999']])
  } finally {
    await deep.close()
  }
})
