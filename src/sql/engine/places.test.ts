import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { SimulatedClock } from '../../testing/clock.ts'
import { openedEngine, query, readAll, refusal } from '../../testing/engine-session.ts'
import type { EngineSession, Execution, QueryMemoryBounds } from './engine.ts'

const session = { user: 'test', database: 'everport', applicationName: '' }
const bounds = (memoryMegabytes: number, spillMegabytes = 1_000): (() => QueryMemoryBounds) => {
  return () => ({ memoryMegabytes, spillMegabytes })
}
const hungry = 'select count(*) from (select distinct repeat(i::text, 20) as t from range(1000000) r(i))'
/** Holds everything in memory, which it cannot put into files. */
const greedy = 'select length(string_agg(i::text)) from range(8000000) r(i)'

async function started(one: EngineSession, statement: string): Promise<Execution> {
  const prepared = await one.prepare(statement, [])
  return prepared.execute([], [])
}

test('each query has its own bound of memory; the one that passes it leaves the others alone', async () => {
  const { engine, close } = await openedEngine({ placesMax: () => 4 })
  const large = await engine.openSession({ ...session, bounds: bounds(1_500) })
  const small = await engine.openSession({ ...session, bounds: bounds(32) })
  const running = await started(large, 'select i from range(500000) r(i)')
  const error = await refusal(query(small, greedy))
  assert.equal(error.code, 'out_of_memory')
  assert.deepEqual(await query(small, 'select 1'), [['1']])
  assert.equal((await readAll(running)).length, 500_000)
  await Promise.all([large.close(), small.close()])
  await close()
})

test('temporary files have a bound by query', async () => {
  const { engine, close, folder } = await openedEngine({ placesMax: () => 2 })
  const within = await engine.openSession({ ...session, bounds: bounds(80, 2_000) })
  assert.deepEqual(await query(within, hungry), [['1000000']])
  const beyond = await engine.openSession({ ...session, bounds: bounds(80, 5) })
  assert.equal((await refusal(query(beyond, hungry))).code, 'out_of_memory')
  await Promise.all([within.close(), beyond.close()])
  const left = readdirSync(join(folder, 'temp')).flatMap(name => readdirSync(join(folder, 'temp', name)))
  assert.deepEqual(left, [])
  await close()
})

test('what a query holds is known while it runs, and nothing afterwards', async () => {
  const { engine, close } = await openedEngine({ placesMax: () => 2 })
  const one = await engine.openSession({ ...session, bounds: bounds(1_000) })
  assert.equal(await one.memoryBytes?.(), 0)
  const execution = await started(one, 'select i from range(2000000) r(i) order by hash(i)')
  await execution.next(1)
  const held = (await one.memoryBytes?.()) ?? 0
  assert.ok(held > 8_000_000, String(held))
  await execution.close()
  assert.equal(await one.memoryBytes?.(), 0)
  await one.close()
  await close()
})

test('prepared statements go along to where their session runs; portals of one session share its place', async () => {
  const { engine, close } = await openedEngine({ placesMax: () => 3 })
  const sessions = await Promise.all([1, 2, 3, 4, 5].map(() => engine.openSession({ ...session })))
  const prepared = await Promise.all(
    sessions.map(one => one.prepare('select $1::int + i from range(5000) r(i)', [])),
  )
  for (let round = 0; round < 3; round++) {
    const results = await Promise.all(
      prepared.map(async (statement, n) => {
        const text = { format: 0, bytes: Buffer.from(String(n)) } as const
        const first = await statement.execute([text], [])
        const second = await statement.execute([text], [])
        await first.next(10)
        const rows = await readAll(second)
        await first.close()
        return Number(rows.at(-1)?.[0]?.toString())
      }),
    )
    assert.deepEqual(results, [4_999, 5_000, 5_001, 5_002, 5_003])
  }
  for (const statement of prepared) statement.close()
  await Promise.all(sessions.map(one => one.close()))
  await close()
})

test('a burst of small statements shares a place and leads to one more a second later; beside a long one another opens at once', async () => {
  const clock = new SimulatedClock()
  const { engine, session: first, close } = await openedEngine({ placesMax: () => 3, clock })
  const sessions = await Promise.all([1, 2, 3, 4].map(() => engine.openSession({ ...session })))
  const burst = [first, ...sessions].map(one => started(one, 'select i from range(100000) r(i)'))
  const executions = await Promise.all(burst)
  assert.equal(engine.places(), 1)
  await clock.advanceAsync(999)
  assert.equal(engine.places(), 1)
  await clock.advanceAsync(1)
  const late = await engine.openSession({ ...session })
  while (engine.places() < 2) await query(late, 'select 1')
  const long = await started(late, 'select i from range(100000) r(i)')
  await clock.advanceAsync(20)
  const other = await engine.openSession({ ...session })
  assert.deepEqual(await query(other, 'select 1'), [['1']])
  assert.equal(engine.places(), 3, 'all places have something long')
  for (const execution of [...executions, long]) await execution.close()
  for (const one of [...sessions, late, other]) await one.close()
  await close()
})

test('a place that nobody needed for a minute is closed', async () => {
  const clock = new SimulatedClock()
  const { engine, session: first, close, folder } = await openedEngine({ placesMax: () => 4, clock })
  const places = (): number => engine.places()
  const second = await engine.openSession({ ...session })
  const running = await started(first, 'select i from range(100000) r(i)')
  clock.advance(20)
  assert.deepEqual(await query(second, 'select 1'), [['1']])
  assert.equal(places(), 2)
  await running.close()
  await clock.advanceAsync(59_000)
  assert.equal(places(), 2)
  await clock.advanceAsync(12_000)
  assert.equal(places(), 1)
  assert.deepEqual(await query(second, 'select 2'), [['2']])
  assert.ok(readdirSync(join(folder, 'temp')).length >= 1)
  await second.close()
  await close()
})
