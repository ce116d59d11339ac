import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { SimulatedClock } from '../../testing/clock.ts'
import { type OpenedEngine, openedEngine, query, refusal, rowsOf } from '../../testing/engine-session.ts'
import type { Execution } from './engine.ts'
import { measuredEngine, type QueryFacts } from './measured-engine.ts'

let opened: OpenedEngine
before(async () => {
  opened = await openedEngine()
})
after(() => opened.close())

async function allOf(statement: string): Promise<Execution> {
  const prepared = await opened.session.prepare(statement, [], 'atOnce')
  try {
    return await prepared.execute([], [0], 'all')
  } finally {
    prepared.close()
  }
}

const textsOf = (bytes: Uint8Array): (string | undefined)[][] =>
  rowsOf(bytes).map(row => row.map(value => value?.toString()))

test('a small result of which all is wanted comes whole, and its bytes stay as they are', async () => {
  const first = await allOf('select count(*), sum(i) from range(10) t(i)')
  const others: Execution[] = []
  for (let i = 0; i < 20; i++) others.push(await allOf(`select ${i} + count(*) from range(3) t(i)`))
  assert.deepEqual(first.whole && textsOf(first.whole.bytes), [['10', '45']])
  assert.deepEqual(
    others.map(({ whole }) => whole && textsOf(whole.bytes)),
    others.map((_, i) => [[String(i + 3)]]),
  )
  assert.equal(await first.next(1), undefined, 'nothing is left to read')
  await first.close()
})

test('so does one of many rows, or none', async () => {
  const many = (await allOf('select i from range(5000) t(i) limit 2000')).whole
  assert.equal(many?.rowCount, 2_000)
  assert.equal(many && textsOf(many.bytes).at(-1)?.[0], '1999')
  const none = (await allOf('select i from range(10) t(i) where i > 10 limit 5')).whole
  assert.deepEqual(none, { bytes: new Uint8Array(), rowCount: 0 })
})

test('what is larger than a batch, may be large, or is read in parts does not', async () => {
  const large = await allOf("select i, repeat('x', 100000) as v from range(20) t(i) limit 20")
  assert.equal(large.whole, undefined)
  const seen: (string | undefined)[] = []
  for (let batch = await large.next(7); batch !== undefined; batch = await large.next(7))
    seen.push(...textsOf(batch.bytes).map(row => row[0]))
  assert.deepEqual(
    seen,
    Array.from({ length: 20 }, (_, i) => String(i)),
  )
  const stream = await allOf('select i from range(3) t(i)')
  assert.equal(stream.whole, undefined)
  await stream.close()
  const prepared = await opened.session.prepare('select count(*) from range(3) t(i)', [])
  const inParts = await prepared.execute([], [0])
  assert.equal(inParts.whole, undefined)
  assert.equal((await inParts.next(1))?.rowCount, 1)
  assert.equal(await inParts.next(1), undefined)
  prepared.close()
})

test('what fails is refused before a row, and the session goes on', async () => {
  const failing = "select (case when i = 2 then 'abc' else '1' end)::int from range(3) t(i) limit 3"
  assert.equal((await refusal(allOf(failing))).code, 'invalid_text')
  assert.deepEqual(await query(opened.session, 'select 7'), [['7']])
})

test('a whole result is measured when it is there', async () => {
  const ended: QueryFacts[] = []
  let started = 0
  const watch = { started: () => started++, ended: (facts: QueryFacts) => ended.push(facts) }
  const engine = measuredEngine(opened.engine, new SimulatedClock(), watch)
  const session = await engine.openSession({ user: 'test', database: 'everport', applicationName: '' })
  const prepared = await session.prepare('select i from range(9) t(i) limit 3', [])
  const { whole } = await prepared.execute([], [0], 'all')
  assert.equal(started, 1)
  assert.deepEqual(ended, [
    { outcome: 'succeeded', error: undefined, durationMs: 0, rows: 3, bytes: whole?.bytes.length },
  ])
  await session.close()
})
