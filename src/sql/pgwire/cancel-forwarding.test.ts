import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { silentLog } from '../../base/log.ts'
import type { Endpoint } from '../../base/network.ts'
import { seededRandom } from '../../base/random.ts'
import { systemClock } from '../../io/clock.ts'
import { systemNetwork } from '../../io/network.ts'
import { createFakeEngine } from '../../testing/fake-engine.ts'
import { connectPgClient, type PgClient } from '../../testing/pg-client.ts'
import { createVerifier } from '../auth/scram-verifier.ts'
import type { CancelKey } from './cancel-key.ts'
import { type PostgresServer, startPostgresServer } from './server.ts'

const verifier = createVerifier('secret', Buffer.from('0123456789abcdef'), 4096)
const secret = Buffer.alloc(32, 7)

interface Pair {
  readonly one: PostgresServer
  readonly two: PostgresServer
}

/** Two nodes that know each other's numbers. */
async function pair(t: TestContext, secretOfTwo: Buffer | undefined = secret): Promise<Pair> {
  const places = new Map<number, Endpoint>()
  const start = async (nodeNumber: number, shared: Buffer | undefined): Promise<PostgresServer> => {
    const server = await startPostgresServer({
      network: systemNetwork,
      at: { address: '127.0.0.1', port: 0 },
      clock: systemClock,
      random: seededRandom(nodeNumber),
      engine: createFakeEngine(),
      log: silentLog,
      authenticate: () => verifier,
      nodeNumber,
      database: 'everport',
      limits: { lingerMs: 20, cancelsPerSecondMax: 5 },
      cancelPeers: {
        at: number => [places.get(number) ?? []].flat(),
        secret: () => shared,
      },
    })
    places.set(nodeNumber, server.at)
    t.after(() => server.close())
    return server
  }
  return { one: await start(1, secret), two: await start(2, secretOfTwo) }
}

async function hanging(server: PostgresServer, version = 196_610): Promise<[PgClient, CancelKey]> {
  const client = await connectPgClient(systemNetwork, server.at)
  const greeting = await client.logIn({ user: 'app', password: 'secret', protocolVersion: version })
  const key = greeting.find(message => message.kind === 'BackendKeyData')
  assert.ok(key?.kind === 'BackendKeyData')
  client.send({ kind: 'Query', text: 'hang' })
  await until(() => server.activeQueries() > 0)
  return [client, key]
}

async function cancel(at: PostgresServer, key: CancelKey): Promise<void> {
  const client = await connectPgClient(systemNetwork, at.at)
  client.send({ ...key, kind: 'CancelRequest' })
  await client.until('closed')
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = systemClock.now() + 60_000
  while (!holds()) {
    assert.ok(systemClock.now() < deadline, 'waited too long')
    await new Promise(resolve => setImmediate(resolve))
  }
}

for (const [version, bytes] of [
  [196_608, 4],
  [196_610, 32],
] as const) {
  test(`a cancel request with a key of ${bytes} bytes that another node gets reaches the right one`, async t => {
    const { one, two } = await pair(t)
    const [client, key] = await hanging(two, version)
    assert.equal(key.secret.length, bytes)
    await cancel(one, key)
    const heard = await client.until('ReadyForQuery')
    const error = heard.find(({ kind }) => kind === 'ErrorResponse')
    assert.match(JSON.stringify(error), /57014.*canceling statement due to user request/)
    assert.deepEqual([one.counters.cancelsForwarded, two.counters.cancelsTakenOver], [1, 1])
  })
}

test('a wrong key, a wrong node and a node that is gone do nothing, and hold nobody', async t => {
  const { one, two } = await pair(t)
  const [client, key] = await hanging(two)
  await cancel(one, { processId: key.processId, secret: Buffer.alloc(32) })
  await cancel(one, { processId: key.processId, secret: key.secret.subarray(0, 4) })
  await cancel(one, { processId: key.processId + 1, secret: key.secret })
  await cancel(one, { processId: (9 << 20) | 1, secret: key.secret })
  await until(() => two.counters.cancelsTakenOver === 3)
  assert.equal(two.activeQueries(), 1)
  await cancel(two, key)
  await client.until('ReadyForQuery')
})

test('what no node of the cluster sealed is not opened', async t => {
  const { one, two } = await pair(t, Buffer.alloc(32, 8))
  const [, key] = await hanging(two)
  await cancel(one, key)
  const forger = await connectPgClient(systemNetwork, two.at)
  forger.send({ kind: 'ForwardedCancel', sealed: Buffer.concat([Buffer.alloc(4), key.secret]) })
  await forger.until('closed')
  assert.deepEqual([one.counters.cancelsForwarded, two.counters.cancelsTakenOver], [1, 0])
  assert.equal(two.activeQueries(), 1)
})

test('who guesses keys is not looked at beyond a number of tries a second', async t => {
  const { two } = await pair(t)
  const [, key] = await hanging(two)
  for (let i = 0; i < 8; i++) await cancel(two, { processId: key.processId, secret: Buffer.alloc(32, i) })
  assert.ok(two.counters.cancelsIgnored > 0)
  assert.equal(two.activeQueries(), 1)
})
