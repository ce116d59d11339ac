import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Clock } from '../../base/clock.ts'
import { EverportError } from '../../base/errors.ts'
import { silentLog } from '../../base/log.ts'
import { ConnectError } from '../../base/network.ts'
import { systemClock } from '../../io/clock.ts'
import { systemNetwork } from '../../io/network.ts'
import { systemRandom } from '../../io/random.ts'
import { SimulatedClock } from '../../testing/clock.ts'
import { createFakeEngine, type FakeEngine } from '../../testing/fake-engine.ts'
import { connectPgClient, type PgClient, type Received } from '../../testing/pg-client.ts'
import { createVerifier } from '../auth/scram-verifier.ts'
import type { Engine } from '../engine/engine.ts'
import type { PgwireLimits } from './limits.ts'
import type { BackendKeyData } from './messages/backend/backend-key-data.ts'
import { type PostgresServer, startPostgresServer } from './server.ts'

const password = 'secret'
const verifier = createVerifier(password, Buffer.from('0123456789abcdef'), 256)

async function serve(
  t: TestContext,
  limits: Partial<PgwireLimits> = {},
  engine: Engine = createFakeEngine(),
  clock: Clock = systemClock,
): Promise<PostgresServer> {
  const server = await startPostgresServer({
    network: systemNetwork,
    at: { address: '127.0.0.1', port: 0 },
    clock,
    random: systemRandom(),
    engine,
    log: silentLog,
    authenticate: user => (user === 'everport' ? verifier : undefined),
    nodeNumber: 1,
    database: 'everport',
    limits: { lingerMs: 20, ...limits },
  })
  t.after(() => server.close())
  return server
}

async function client(t: TestContext, server: PostgresServer): Promise<PgClient> {
  const connected = await connectPgClient(systemNetwork, server.at)
  t.after(() => connected.connection.destroy())
  return connected
}

async function loggedIn(t: TestContext, server: PostgresServer): Promise<PgClient> {
  const connected = await client(t, server)
  const heard = await connected.logIn({ user: 'everport', password })
  assert.equal(heard.at(-1)?.kind, 'ReadyForQuery')
  for (const message of heard) if (message.kind === 'BackendKeyData') keys.set(connected, message)
  return connected
}

/** What to cancel each client's query with. */
const keys = new WeakMap<PgClient, BackendKeyData>()

/** Waits for a condition; the deadline is only reached by a failing test. */
async function until(isTrue: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!isTrue()) {
    assert.ok(Date.now() < deadline, `not within a minute: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 2))
  }
}

/** Waits until a number has stood still for a while. */
async function still(value: () => number, forMs = 150): Promise<number> {
  for (let last = value(), since = Date.now(); ; ) {
    await new Promise(resolve => setTimeout(resolve, 5))
    if (value() !== last) [last, since] = [value(), Date.now()]
    else if (Date.now() - since > forMs) return last
  }
}

const nothingOpen = ({ state }: FakeEngine): boolean =>
  state.sessions === 0 && state.statements === 0 && state.executions === 0

function assertRows(heard: Received[], count: number, fillerBytes: number): void {
  const filler = 'x'.repeat(fillerBytes)
  let row = 0
  for (const message of heard) {
    if (message.kind !== 'DataRow') continue
    row++
    const [n, text] = message.values.map(value => Buffer.from(value ?? []).toString())
    assert.ok(n === String(row) && text === filler, `row ${row} is damaged: ${n}`)
  }
  assert.equal(row, count)
}

function sqlState(heard: Received[]): string | undefined {
  const error = heard.find(({ kind }) => kind === 'ErrorResponse')
  return error?.kind === 'ErrorResponse' ? error.fields.find(([field]) => field === 'C')?.[1] : undefined
}

test('batches large and small arrive whole although the engine writes over them', async t => {
  const connected = await loggedIn(t, await serve(t))
  for (const [count, bytes] of [
    [10, 5],
    [3_000, 100],
    [200, 30_000],
    [5, 1_000_000],
  ] as const) {
    const heard = await connected.query(`rows ${count} of ${bytes}`)
    assertRows(heard, count, bytes)
    assert.deepEqual(heard.at(-2), { kind: 'CommandComplete', tag: `SELECT ${count}` })
  }
})

test('a client that reads slowly holds the engine back, and gets every row in the end', async t => {
  const engine = createFakeEngine()
  const server = await serve(t, {}, engine)
  const connected = await loggedIn(t, server)
  connected.connection.pause()
  const answered = connected.query('rows 1000 of 100000')
  const batches = await still(() => engine.state.batches)
  assert.ok(batches < 250, `${batches} of 500 batches were made for a client that reads nothing`)
  assert.equal(server.activeQueries(), 1)
  connected.connection.resume()
  assertRows(await answered, 1000, 100_000)
})

test('other clients are served while one reads nothing', async t => {
  const server = await serve(t)
  const slow = await loggedIn(t, server)
  slow.connection.pause()
  void slow.query('rows 1000 of 100000').catch(() => undefined)
  await until(() => server.activeQueries() === 1, 'the slow query runs')
  assertRows(await (await loggedIn(t, server)).query('rows 10'), 10, 1)
})

test('a client that reads nothing for too long is disconnected, and all it held is freed', async t => {
  const engine = createFakeEngine()
  const server = await serve(t, { writeTimeoutMs: 50 }, engine)
  const connected = await loggedIn(t, server)
  connected.connection.pause()
  void connected.query('rows 1000 of 100000').catch(() => undefined)
  await until(() => server.counters.slowReadersClosed === 1 && nothingOpen(engine), 'everything is freed')
  assert.equal(server.sessions(), 0)
})

test('a client killed in the middle of a result, or while its query hangs, leaves nothing behind', async t => {
  const engine = createFakeEngine()
  const server = await serve(t, {}, engine)
  for (const statement of ['rows 1000 of 100000', 'hang']) {
    for (const how of ['destroy', 'resetAndDestroy', 'end'] as const) {
      const connected = await loggedIn(t, server)
      connected.send({ kind: 'Query', text: statement })
      await connected.until('RowDescription')
      connected.connection[how]()
      await until(() => nothingOpen(engine) && server.sessions() === 0, `${statement}, ${how}: freed`)
    }
  }
})

test('what a client sends while its query runs waits, within a bound', async t => {
  const server = await serve(t, { pendingBytesMax: 256 * 1024 })
  const connected = await loggedIn(t, server)
  connected.send({ kind: 'Query', text: 'hang' })
  await connected.until('RowDescription')
  const comment = `-- ${'x'.repeat(100_000)}\n`
  for (let i = 0; i < 200; i++) connected.send({ kind: 'Query', text: `${comment} rows 1` })
  const received = await still(() => server.counters.bytesReceived)
  assert.ok(received < 2_000_000, `${received} bytes of 20 MB were taken`)
  await cancel(t, server, connected)
  assert.equal(sqlState(await connected.until('ReadyForQuery')), '57014')
  for (let i = 0; i < 200; i++) assertRows(await connected.until('ReadyForQuery'), 1, 1)
})

async function cancel(t: TestContext, server: PostgresServer, of: PgClient): Promise<void> {
  const key = keys.get(of)
  assert.ok(key)
  const other = await client(t, server)
  other.send({ ...key, kind: 'CancelRequest' })
  await other.until('closed')
  assert.equal(server.counters.cancelsReceived, 1)
}

test('answers to a client that never reads them are bounded too', async t => {
  const server = await serve(t)
  const connected = await loggedIn(t, server)
  connected.connection.pause()
  // SHOW ALL is small to ask and large to answer: 35 MB in all.
  for (let i = 0; i < 10_000; i++) connected.send({ kind: 'Query', text: 'show all' })
  const sent = await still(() => server.counters.bytesSent)
  assert.ok(sent < 20_000_000, `${sent} bytes were made for a client that reads nothing`)
  connected.connection.resume()
  for (let i = 0; i < 10_000; i++) await connected.until('ReadyForQuery')
})

test('drain closes the port, ends who rests with 57P01, and waits for who works', async t => {
  const engine = createFakeEngine()
  const server = await serve(t, {}, engine)
  const resting = await loggedIn(t, server)
  const working = await loggedIn(t, server)
  const shaking = await client(t, server)
  const answered = working.query('rows 400 of 100000')
  await until(() => server.activeQueries() === 1, 'a query runs')
  const drained = server.drain(60_000)
  assert.equal(sqlState(await resting.until('closed')), '57P01')
  await assert.rejects(client(t, server), ConnectError)
  assertRows(await answered, 400, 100_000)
  assert.equal(sqlState(await working.until('closed')), '57P01')
  await drained
  await shaking.until('closed')
  assert.ok(nothingOpen(engine))
})

test('drain ends with its deadline, whatever runs', async t => {
  const engine = createFakeEngine()
  const server = await serve(t, { closeTimeoutMs: 20 }, engine)
  const hanging = await loggedIn(t, server)
  hanging.send({ kind: 'Query', text: 'hang' })
  const slow = await loggedIn(t, server)
  slow.connection.pause()
  void slow.query('rows 1000 of 100000').catch(() => undefined)
  await until(() => server.activeQueries() === 2, 'both run')
  await server.drain(30)
  assert.equal(sqlState(await hanging.until('closed')), '57P01')
  assert.ok(nothingOpen(engine))
})

test('who does not log in in time is disconnected, at any step', async t => {
  const clock = new SimulatedClock()
  const server = await serve(t, { loginTimeoutMs: 40 }, createFakeEngine(), clock)
  const silent = await client(t, server)
  const half = await client(t, server)
  half.send({
    kind: 'StartupMessage',
    protocolVersion: 196608,
    parameters: new Map(Object.entries({ user: 'everport', database: 'everport' })),
  })
  await half.until('AuthenticationSASL')
  clock.advance(40)
  assert.equal(sqlState(await half.until('closed')), '57014')
  assert.deepEqual(await silent.until('closed'), [{ kind: 'closed' }])
})

test('who is slowest to log in makes room for the next', async t => {
  const server = await serve(t, { handshakesMax: 2 })
  const [first, second] = [await client(t, server), await client(t, server)]
  await loggedIn(t, server)
  await first.until('closed')
  assert.equal(server.counters.handshakesEvicted, 1)
  assert.equal((await second.logIn({ user: 'everport', password })).at(-1)?.kind, 'ReadyForQuery')
})

test('a place is free again when its session has ended', async t => {
  const server = await serve(t, { connectionsMax: 1 })
  for (let i = 0; i < 3; i++) {
    const connected = await loggedIn(t, server)
    assert.equal(sqlState(await (await client(t, server)).logIn({ user: 'everport', password })), '53300')
    connected.send({ kind: 'Terminate' })
    await connected.until('closed')
    await until(() => server.sessions() === 0, 'the session has ended')
  }
})

test('an engine that fails in its own way is an internal error without its text', async t => {
  const engine: Engine = {
    openSession: () =>
      Promise.resolve({
        prepare: () => Promise.reject(new Error('a secret of the engine')),
        cancel: () => undefined,
        close: () => Promise.reject(new Error('cannot close')),
      }),
    close: () => Promise.resolve(),
  }
  const connected = await loggedIn(t, await serve(t, {}, engine))
  const heard = await connected.query('select 1')
  assert.equal(sqlState(heard), 'XX000')
  assert.ok(!JSON.stringify(heard).includes('secret'))
})

test('an engine that does not open is told to the client', async t => {
  const engine: Engine = {
    openSession: () => Promise.reject(new EverportError('out_of_memory', 'no memory left')),
    close: () => Promise.resolve(),
  }
  const connected = await client(t, await serve(t, {}, engine))
  assert.equal(sqlState(await connected.logIn({ user: 'everport', password })), '53200')
})
