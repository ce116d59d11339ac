import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import type { Clock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import type { Connection } from '../../src/base/network.ts'
import { below, seededRandom } from '../../src/base/random.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'
import { createVerifier } from '../../src/sql/auth/scram-verifier.ts'
import type { PgwireLimits } from '../../src/sql/pgwire/limits.ts'
import { encodeFrontend } from '../../src/sql/pgwire/messages/frontend.ts'
import { type PostgresServer, startPostgresServer } from '../../src/sql/pgwire/server.ts'
import { SimulatedClock, settled } from '../../src/testing/clock.ts'
import { createFakeEngine } from '../../src/testing/fake-engine.ts'
import { connectPgClient } from '../../src/testing/pg-client.ts'
import { encoded } from '../../src/testing/pg-messages.ts'

const verifier = createVerifier('secret', Buffer.from('0123456789abcdef'), 256)

async function serve(
  t: TestContext,
  limits: Partial<PgwireLimits>,
  clock: Clock = systemClock,
): Promise<PostgresServer> {
  const server = await startPostgresServer({
    network: systemNetwork,
    at: { address: '127.0.0.1', port: 0 },
    clock,
    random: systemRandom(),
    engine: createFakeEngine(),
    log: silentLog,
    authenticate: user => (user === 'everport' ? verifier : undefined),
    nodeNumber: 1,
    database: 'everport',
    limits: { lingerMs: 20, ...limits },
  })
  t.after(() => server.close())
  return server
}

async function connect(t: TestContext, server: PostgresServer): Promise<Connection> {
  const connection = await systemNetwork.connect(server.at, { timeoutMs: 10_000 })
  connection.on('error', () => undefined)
  connection.on('data', () => undefined)
  t.after(() => connection.destroy())
  return connection
}

function closed(connection: Connection): Promise<void> {
  return new Promise(resolve => {
    connection.on('close', () => resolve())
    if (connection.destroyed) resolve()
  })
}

/** The server's time passes until it has hung up on all of them. */
async function allClosed(connections: readonly Connection[], clock: SimulatedClock): Promise<void> {
  let isOver = false
  const over = Promise.all(connections.map(closed)).then(() => {
    isOver = true
  })
  while (!isOver) {
    clock.advance(10)
    await settled()
  }
  await over
}

async function assertServes(server: PostgresServer): Promise<void> {
  const client = await connectPgClient(systemNetwork, server.at)
  await client.logIn({ user: 'everport', password: 'secret' })
  assert.equal((await client.query('rows 3')).filter(({ kind }) => kind === 'DataRow').length, 3)
  client.send({ kind: 'Terminate' })
  await client.until('closed')
}

const startup = encoded(
  {
    kind: 'StartupMessage',
    protocolVersion: 196608,
    parameters: new Map(Object.entries({ user: 'everport', database: 'everport' })),
  },
  encodeFrontend,
)

test('random bytes, before and after a startup packet, end their own connection only', async t => {
  const clock = new SimulatedClock()
  const server = await serve(t, { loginTimeoutMs: 300 }, clock)
  const random = seededRandom(7)
  const connections: Connection[] = []
  for (let i = 0; i < 300; i++) {
    const connection = await connect(t, server)
    if (i % 2 === 1) connection.write(startup)
    connection.write(Buffer.from(Array.from({ length: below(random, 300) }, () => below(random, 256))))
    connections.push(connection)
  }
  await assertServes(server)
  await allClosed(connections, clock)
  await assertServes(server)
})

test('half a handshake in every length is ended by the login timeout', async t => {
  const clock = new SimulatedClock()
  const server = await serve(t, { loginTimeoutMs: 100 }, clock)
  const connections: Connection[] = []
  for (let length = 0; length <= startup.length; length++) {
    const connection = await connect(t, server)
    connection.write(startup.subarray(0, length))
    connections.push(connection)
  }
  await assertServes(server)
  // Nobody was hung up on for what it has said so far.
  assert.ok(connections.slice(0, -1).every(({ destroyed }) => !destroyed))
  await allClosed(connections, clock)
})

test('a length of 2 GB is refused at once, and holds no memory', async t => {
  const server = await serve(t, { loginTimeoutMs: 60_000 })
  const before = process.memoryUsage.rss()
  for (const bytes of ['7fffffff00030000', 'ffffffff00030000']) {
    const connections = await Promise.all(Array.from({ length: 50 }, () => connect(t, server)))
    for (const connection of connections) connection.write(Buffer.from(bytes, 'hex'))
    await Promise.all(connections.map(closed))
  }
  const logins = await Promise.all(Array.from({ length: 50 }, () => connect(t, server)))
  for (const connection of logins)
    connection.write(Buffer.concat([startup, Buffer.from('707fffffff', 'hex')]))
  await Promise.all(logins.map(closed))
  assert.ok(process.memoryUsage.rss() - before < 200 * 1024 * 1024)
  await assertServes(server)
})

test('thousands of idle connections: bounded memory, and others are served', async t => {
  const wanted = 5_000
  const count = Math.min(wanted, Math.floor((openFilesMax() - 500) / 2))
  if (count < wanted) t.diagnostic(`${count} connections, since ${openFilesMax()} files may be open`)
  const server = await serve(t, { loginTimeoutMs: 120_000 })
  const before = process.memoryUsage.rss()
  const connections: Connection[] = []
  while (connections.length < count) {
    const some = Math.min(200, count - connections.length)
    connections.push(...(await Promise.all(Array.from({ length: some }, () => connect(t, server)))))
  }
  for (const connection of connections) connection.write(startup)
  await assertServes(server)
  // Both ends live in this process: so much for a pair.
  const perPair = (process.memoryUsage.rss() - before) / count
  t.diagnostic(`${Math.round(perPair / 1024)} KiB for both ends of a connection`)
  assert.ok(perPair < 64 * 1024, `${perPair} bytes`)
  assert.equal(server.counters.handshakesEvicted, 0)
  await server.close()
  await Promise.all(connections.map(closed))
})

function openFilesMax(): number {
  const shown = execFileSync('sh', ['-c', 'ulimit -n']).toString().trim()
  return shown === 'unlimited' ? 1_000_000 : Number(shown)
}
