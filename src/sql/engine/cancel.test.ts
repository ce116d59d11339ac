import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { type OpenedEngine, openedEngine, query, refusal } from '../../testing/engine-session.ts'

let opened: OpenedEngine
before(async () => {
  opened = await openedEngine()
})
after(() => opened.close())

const endless = 'select count(*) from range(100000) a, range(100000) b, range(100000) c'

async function usable(): Promise<void> {
  assert.deepEqual(await query(opened.session, 'select 1'), [['1']])
}

test('cancel ends what computes before its first row', async () => {
  const running = query(opened.session, endless)
  const cancelling = refusal(running)
  await turn()
  opened.session.cancel()
  const error = await cancelling
  assert.equal(error.code, 'query_cancelled')
  assert.equal(error.message, 'canceling statement due to user request')
  await usable()
})

test('a cancel right after the call, before the engine has begun, is not lost', async () => {
  const prepared = await opened.session.prepare(endless, [])
  const execution = prepared.execute([], [0]).then(started => started.next(1))
  opened.session.cancel()
  assert.equal((await refusal(execution)).code, 'query_cancelled')
  prepared.close()
  await usable()
})

test('cancel in the middle of a stream is an error, not an end', async () => {
  const prepared = await opened.session.prepare('select i from range(100000000) t(i)', [])
  const execution = await prepared.execute([], [0])
  for (let i = 0; i < 10; i++) assert.ok(await execution.next(1_000))
  opened.session.cancel()
  const error = await refusal(
    (async () => {
      while ((await execution.next(1_000)) !== undefined);
    })(),
  )
  assert.equal(error.code, 'query_cancelled')
  await execution.close()
  prepared.close()
  await usable()
})

test('cancel while nothing runs does nothing', async () => {
  opened.session.cancel()
  await usable()
  opened.session.cancel()
  await usable()
})

test('cancel at any moment of a query: either its whole result or the error', async () => {
  for (let turns = 0; turns < 60; turns++) {
    const outcome = query(opened.session, 'select i from range(20000) t(i)').then(
      rows => rows.length,
      (error: { code?: string }) => error.code,
    )
    for (let i = 0; i < turns; i++) await turn()
    opened.session.cancel()
    const found = await outcome
    assert.ok(found === 20_000 || found === 'query_cancelled', String(found))
  }
  await usable()
})

test('closing the session ends what runs in it', async () => {
  const session = await opened.engine.openSession({ user: 'x', database: 'y', applicationName: '' })
  const running = refusal(query(session, endless))
  await turn()
  await session.close()
  assert.equal((await running).code, 'query_cancelled')
  assert.equal((await refusal(session.prepare('select 1', []))).code, 'admin_shutdown')
  await session.close()
})

test('cancels of one session do not touch another', async () => {
  const other = await opened.engine.openSession({ user: 'x', database: 'y', applicationName: '' })
  const kept = query(other, 'select count(*) from range(30000000) t(i) where i % 7 = 3')
  const cancelled = refusal(query(opened.session, endless))
  await turn()
  opened.session.cancel()
  assert.equal((await cancelled).code, 'query_cancelled')
  assert.deepEqual(await kept, [['4285714']])
  await other.close()
})
