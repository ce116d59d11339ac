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
  const within = await engine.openSession({ ...session, bounds: bounds(110, 2_000) })
  assert.deepEqual(await query(within, hungry), [['1000000']])
  const beyond = await engine.openSession({ ...session, bounds: bounds(110, 5) })
  assert.equal((await refusal(query(beyond, hungry))).code, 'out_of_memory')
  await Promise.all([within.close(), beyond.close()])
  const left = (): string[] =>
    readdirSync(join(folder, 'temp')).flatMap(name => readdirSync(join(folder, 'temp', name)))
  // Threads of the engine that still end their part hold the files until then.
  const deadline = performance.now() + 60_000
  while (left().length > 0 && performance.now() < deadline)
    await new Promise(resolve => setImmediate(resolve))
  assert.deepEqual(left(), [])
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

const many = 'select i from range(100000) r(i)'

test('small statements share a place, however many come at once; beside a long one another opens', async () => {
  const clock = new SimulatedClock()
  const { engine, session: first, close } = await openedEngine({ placesMax: () => 3, clock })
  const sessions = [first, ...(await Promise.all([1, 2, 3, 4].map(() => engine.openSession({ ...session }))))]
  const burst = await Promise.all(sessions.map(one => started(one, many)))
  assert.equal(engine.places(), 1)
  for (const execution of burst) await execution.close()
  await clock.advanceAsync(5_000)
  assert.equal(engine.places(), 1)
  const long = await started(first, many)
  await clock.advanceAsync(100)
  const other = await engine.openSession({ ...session })
  assert.deepEqual(await query(other, 'select 1'), [['1']])
  assert.equal(engine.places(), 2)
  await long.close()
  for (const one of [...sessions, other]) await one.close()
  await close()
})

test('long statements that came together and shared a place find more of them the next time, opened one a second', async () => {
  const clock = new SimulatedClock()
  const { engine, session: first, close } = await openedEngine({ placesMax: () => 3, clock })
  const sessions = [first, ...(await Promise.all([1, 2, 3].map(() => engine.openSession({ ...session }))))]
  const together = await Promise.all(sessions.map(one => started(one, many)))
  await clock.advanceAsync(100)
  for (const execution of together) await execution.close()
  assert.equal(engine.places(), 1)
  for (const expected of [2, 3, 3]) {
    await clock.advanceAsync(1_000)
    const deadline = performance.now() + 60_000
    while (engine.places() < expected) {
      assert.ok(performance.now() < deadline, `${engine.places()} places, not ${expected}`)
      await query(first, 'select sum(i) from range(3) t(i)')
    }
    assert.equal(engine.places(), expected)
  }
  for (const one of sessions) await one.close()
  await close()
})

test('a statement that finds too little memory beside another runs again alone', async () => {
  const clock = new SimulatedClock()
  const { engine, session: first, close } = await openedEngine({ placesMax: () => 3, clock })
  const own = bounds(150, 1)
  const [holding, starved] = await Promise.all([
    engine.openSession({ ...session, bounds: own }),
    engine.openSession({ ...session, bounds: own }),
  ])
  const held = await started(holding, 'select i from range(3000000) r(i) order by hash(i)')
  await held.next(1)
  assert.deepEqual(await query(starved, 'select length(string_agg(i::text)) from range(4000000) r(i)'), [
    ['30888889'],
  ])
  assert.equal(engine.places(), 3, 'one of other bounds, one for each of both')
  await held.close()
  await Promise.all([holding.close(), starved.close(), first.close()])
  await close()
})

test('a place that nobody needed for a minute is closed', async () => {
  const clock = new SimulatedClock()
  const { engine, session: first, close, folder } = await openedEngine({ placesMax: () => 4, clock })
  const places = (): number => engine.places()
  const second = await engine.openSession({ ...session })
  const running = await started(first, 'select i from range(100000) r(i)')
  clock.advance(100)
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
