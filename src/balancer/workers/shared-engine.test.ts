import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { WorkersWish } from '../../resources/load-balancing.ts'
import {
  backend,
  client,
  fixture,
  named,
  type UserspaceFixture,
  until,
} from '../../testing/userspace-fixture.ts'
import { SimulatedWorkers } from '../../testing/workers.ts'
import type { UserspaceLimits } from '../userspace/limits.ts'
import { sharedEngine } from './shared-engine.ts'
import { workerLimits } from './worker-limits.ts'

interface Shared {
  readonly f: UserspaceFixture
  readonly workers: SimulatedWorkers
}

async function shared(
  t: TestContext,
  wish: WorkersWish,
  limits: Partial<UserspaceLimits> = {},
): Promise<Shared> {
  let workers: SimulatedWorkers | undefined
  const f = await fixture(t, limits, options => {
    workers = new SimulatedWorkers(options.clock, options.network)
    return sharedEngine({ ...options, network: workers.network, processes: workers, wish })
  })
  assert.ok(workers)
  t.after(() => {
    for (const worker of workers?.alive ?? []) worker.kill()
  })
  return { f, workers }
}

/** Lets time pass, and all that is said be heard. */
async function pass(f: UserspaceFixture, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 50) await f.clock.advanceAsync(Math.min(50, left))
}

/** With so many workers that serve a target that greets and echoes. */
async function running(t: TestContext, count: number, limits: Partial<UserspaceLimits> = {}) {
  const { f, workers } = await shared(t, count, limits)
  const server = await backend(t, named('a'))
  f.add('a', server.port)
  await f.apply()
  await pass(f, (count + 1) * workerLimits.tickMs)
  assert.equal(workers.alive.length, count)
  return { f, workers, server }
}

/** Clients one after another, so that each process gets its turn. */
async function clients(t: TestContext, f: UserspaceFixture, count: number, port = f.port) {
  const all = []
  for (let i = 0; i < count; i++) {
    const c = client(t, port)
    all.push(c)
    await until('a greeting, or an end', () => c.received !== '' || c.isClosed)
  }
  return all
}

const resolved = (promise: Promise<void>): (() => boolean) => {
  let isResolved = false
  void promise.then(() => {
    isResolved = true
  })
  return () => isResolved
}

test('all processes take connections, and everything is counted and told once', async t => {
  const { f } = await running(t, 2)
  const all = await clients(t, f, 6)
  assert.ok(all.every(({ received }) => received === 'a\n'))
  await pass(f, 2 * workerLimits.tickMs)
  assert.deepEqual([f.listener().accepted, f.listener().active, f.target('a').active], [6, 6, 6])
  for (const { socket } of all) socket.end('bye')
  await until('all have ended', () => all.every(({ isClosed }) => isClosed))
  await pass(f, 2 * workerLimits.tickMs)
  assert.deepEqual([f.listener().active, f.target('a').active, f.target('a').opened], [0, 0, 6])
  assert.deepEqual([f.target('a').bytesFromClients, f.target('a').bytesFromTarget], [6 * 3, 6 * 5])
  assert.deepEqual(
    f.ended.map(({ end, port }) => [end, port]),
    Array.from({ length: 6 }, () => ['client', f.port]),
  )
})

test('without much to do there is one process; more than half busy for a second, and others start, as many as processors but one', async t => {
  const { f, workers } = await shared(t, 'auto')
  const server = await backend(t, named('a'))
  f.add('a', server.port)
  await f.apply()
  const busyFor = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= workerLimits.tickMs) {
      await clients(t, f, 4)
      await pass(f, workerLimits.tickMs)
    }
  }
  await busyFor(2_000)
  assert.equal(workers.all.length, 0)
  workers.busy = 0.9
  await busyFor(800)
  assert.equal(workers.all.length, 0)
  await busyFor(1_000)
  assert.equal(workers.all.length, 1)
  await busyFor(5_000)
  workers.busy = 0
  await busyFor(5_000)
  assert.equal(workers.alive.length, 3)
})

test('a deregistration is acknowledged when every process has, and then nobody connects there', async t => {
  const { f, workers } = await running(t, 2)
  const other = await backend(t, named('b'))
  f.add('b', other.port)
  const [stopped] = workers.alive
  stopped?.stop()
  const isApplied = resolved(f.apply({ a: 'draining' }))
  await pass(f, 1_000)
  assert.equal(isApplied(), false)
  stopped?.goOn()
  await until('it is acknowledged', isApplied)
  assert.deepEqual(
    (await clients(t, f, 9)).map(({ received }) => received),
    Array.from({ length: 9 }, () => 'b\n'),
  )
})

test('a worker that is stopped is killed after two seconds: what waits for it is acknowledged, another starts, its clients are cut and its counts stay', async t => {
  const { f, workers } = await running(t, 1)
  const all = await clients(t, f, 4)
  await pass(f, workerLimits.tickMs)
  const [stopped] = workers.alive
  stopped?.stop()
  const isApplied = resolved(f.apply())
  await pass(f, workerLimits.tickMs * workerLimits.unansweredTicksMax)
  assert.deepEqual([stopped?.isKilled, isApplied()], [false, false])
  await pass(f, 2 * workerLimits.tickMs)
  assert.deepEqual([stopped?.isKilled, isApplied()], [true, true])
  await until('its clients are cut', () => all.filter(({ hasEnded }) => hasEnded).length === 2)
  assert.deepEqual(
    [f.listener().accepted, f.listener().active, f.target('a').opened, f.target('a').active],
    [4, 2, 4, 2],
  )
  await pass(f, workerLimits.restartPauseMs + workerLimits.tickMs)
  assert.equal(workers.alive.length, 1)
  await pass(f, workerLimits.tickMs)
  await clients(t, f, 4)
  await pass(f, 2 * workerLimits.tickMs)
  assert.deepEqual([f.listener().accepted, f.listener().active], [8, 6])
})

test('a worker that was killed leaves its listeners to the others', async t => {
  const { f, workers } = await running(t, 3)
  for (const worker of workers.alive.slice(0, 2)) worker.kill()
  await pass(f, 50)
  assert.ok((await clients(t, f, 10)).every(({ received }) => received === 'a\n'))
})

test('a first process that says nothing is no longer worked for: nobody new is taken, flows go on, and with its word all is as before', async t => {
  const { f, workers, server } = await running(t, 1)
  const before = await clients(t, f, 2)
  // What the first process says is not heard; a worker cannot tell that from one that hangs.
  const [worker] = workers.alive
  assert.ok(worker)
  worker.deafen()
  const { silentLooksMax, silentLookMs } = workerLimits
  await pass(f, workerLimits.tickMs + silentLooksMax * silentLookMs)
  await clients(t, f, 4)
  assert.equal(server.sockets.size, 6)
  assert.equal(worker.taken, 1)
  worker.undeafen()
  await pass(f, 2 * workerLimits.tickMs)
  await clients(t, f, 4)
  assert.equal(worker.taken, 3)
  for (const c of before) c.socket.write('still here')
  await until('flows of both', () => before.every(({ received }) => received === 'a\nstill here'))
})

test('what a worker learns of a target is told at once', async t => {
  const { f, server } = await running(t, 1)
  server.server.close()
  for (const socket of server.sockets) socket.destroy()
  const all = await clients(t, f, 2)
  assert.ok(all.every(({ isClosed }) => isClosed))
  await until('two refusals', () => f.failures.length === 2)
  assert.deepEqual(f.failures, ['tg/a refused', 'tg/a refused'])
})

test('limits hold for all processes together, and who has room is not turned away', async t => {
  const { f } = await running(t, 3, { connectionsPerListenerMax: 40, connectionsMax: 60, expiredMax: 4 })
  let served = 0
  for (let i = 0; i < 60; i++) {
    const [c] = await clients(t, f, 1)
    if (c?.received === 'a\n') served++
    await pass(f, workerLimits.tickMs)
  }
  assert.ok(served > 36 && served <= 40, `${served} served`)
  assert.equal(f.listener().active, served)
  assert.equal(f.listener().rejected, 60 - served)
})

test('flows of a failed target are reset so many a second by all processes together', async t => {
  const { f, server } = await running(t, 3)
  const other = await backend(t, named('b'))
  f.group = { resetsPerSecond: 20 }
  await f.apply()
  const all = await clients(t, f, 40)
  assert.equal(server.sockets.size, 40)
  f.add('b', other.port)
  await f.apply({ a: 'unhealthy' })
  await pass(f, 1_000)
  await until('what was reset is seen', () => all.filter(({ isClosed }) => isClosed).length >= 16)
  const reset = all.filter(({ isClosed }) => isClosed).length
  assert.ok(reset <= 24, `${reset} in a second`)
  await pass(f, 2_000)
  await until('all are reset', () => all.every(({ isClosed }) => isClosed))
})

test('a listener opens and closes in all processes; its port is free when a change is applied', async t => {
  const { f, workers } = await running(t, 2)
  const [first, port] = [f.port, f.port + 1]
  f.ports = [port]
  await f.apply()
  const again = await backend(t, named('somebody else'))
  again.server.close()
  assert.ok((await clients(t, f, 3, port)).every(({ received }) => received === 'a\n'))
  f.ports = [first, port]
  await f.apply()
  await pass(f, 50)
  assert.ok((await clients(t, f, 3)).every(({ received }) => received === 'a\n'))
  assert.ok(workers.alive.every(({ taken }) => taken === 2))
})

test('closing waits for the flows of all processes, and at the deadline resets them', async t => {
  const { f, workers } = await running(t, 2)
  const [first, ...rest] = await clients(t, f, 3)
  const isClosed = resolved(f.engine.close(5_000))
  await pass(f, 1_000)
  first?.socket.end()
  await until('one has ended', () => first?.isClosed === true)
  assert.equal(isClosed(), false)
  await pass(f, 4_000)
  await until('the others were reset', () => rest.every(({ error }) => error === 'ECONNRESET'))
  await until('closed', isClosed)
  assert.equal(workers.alive.length, 0)
  assert.equal(f.listener().active, 0)
})

test('a worker that never starts holds nothing up', async t => {
  const { f, workers } = await shared(t, 1)
  workers.isStartBroken = true
  const server = await backend(t, named('a'))
  f.add('a', server.port)
  await f.apply()
  await pass(f, 1_000)
  assert.equal(workers.alive.length, 1)
  // Another change waits for nobody.
  await f.apply()
  assert.equal((await clients(t, f, 1))[0]?.received, 'a\n')
  await pass(f, workerLimits.tickMs * (workerLimits.startTicksMax + 2))
  assert.equal(workers.all[0]?.isKilled, true)
})

test('a system that has no room for a process is asked again later', async t => {
  const { f, workers } = await shared(t, 1)
  workers.isFull = true
  const server = await backend(t, named('a'))
  f.add('a', server.port)
  await f.apply()
  await pass(f, 900)
  workers.isFull = false
  await pass(f, 200)
  assert.equal(workers.alive.length, 0)
  await pass(f, 500)
  assert.equal(workers.alive.length, 1)
})
