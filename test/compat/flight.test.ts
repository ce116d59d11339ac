import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Metadata, Server, ServerCredentials, type ServerWritableStream } from '@grpc/grpc-js'
import type { Endpoint } from '../../src/base/network.ts'
import {
  connectEverport,
  type EverportClient,
  type EverportClientOptions,
} from '../../src/client/everport-client.ts'
import { openChannel } from '../../src/client/flight-channel.ts'
import { FlightFailure } from '../../src/client/flight-failure.ts'
import { systemClock } from '../../src/io/clock.ts'
import { reuseConnection } from '../../src/sql/flight/endpoints.ts'
import { singlePortHeader } from '../../src/sql/flight/identify.ts'
import type { ActionResult, FlightInfo } from '../../src/sql/flight/messages.ts'
import { flightService, messageCodec } from '../../src/sql/flight/protocol.ts'
import { streamBeneath } from '../../src/sql/flight/write-message.ts'
import { freePorts } from '../../src/testing/free-ports.ts'
import { numbersCatalog as catalog, type FlightNodes, startFlightNodes } from './flight-nodes.ts'
import { type RawFlight, rawFlight } from './raw-flight.ts'

async function connect(
  t: TestContext,
  nodes: FlightNodes,
  index = 0,
  more: Partial<EverportClientOptions> = {},
): Promise<EverportClient> {
  const { address, port } = nodes.nodes[index]?.runtime ?? { address: '', port: 0 }
  const { user, password } = nodes
  const client = await connectEverport({ host: address, port, user, password, ...more })
  t.after(() => client.close())
  return client
}

async function rows(client: EverportClient, statement: string, parameters?: (string | number | null)[]) {
  const found: unknown[] = []
  const options = parameters === undefined ? {} : { parameters }
  for await (const batch of client.query(statement, options))
    for (const row of batch) found.push(Object.values(row.toJSON()))
  return found
}

async function redeem({ channel, metadata }: RawFlight, ticket: Buffer): Promise<number> {
  let messages = 0
  for await (const _ of channel.stream('DoGet', { ticket }, metadata)) messages++
  return messages
}

async function failure(promise: Promise<unknown>): Promise<FlightFailure> {
  const error = await promise.then(
    () => assert.fail('expected a failure'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof FlightFailure, String(error))
  return error
}

test('rows come over the auxiliary port of the node that was asked, or over the one connection where that is all there is', async t => {
  const nodes = await startFlightNodes(t, catalog, 2)
  const [first, second] = nodes.nodes
  const client = await connect(t, nodes)
  assert.deepEqual(await rows(client, 'SELECT i, name FROM numbers WHERE i < 2 ORDER BY i'), [
    [0, 'row 0'],
    [1, 'row 1'],
  ])
  const raw = await rawFlight(t, first?.runtime as Endpoint, nodes.user)
  const { endpoint } = await raw.info('SELECT 1')
  assert.deepEqual(
    endpoint[0]?.location.map(({ uri }) => uri),
    [
      `grpc+tcp://127.0.0.1:${first?.auxiliary.port}`,
      `grpc+tcp://127.0.0.1:${second?.auxiliary.port}`,
      reuseConnection,
    ],
  )
  assert.equal(first?.server.counters.rowsSent, 2, 'the node that answered GetFlightInfo')
  assert.equal(second?.server.counters.rowsSent, 0)
  const before = first?.server.counters.connectionsAccepted ?? 0
  const single = await connect(t, nodes, 0, { singlePort: true })
  assert.equal((await rows(single, 'SELECT * FROM numbers')).length, 1_000)
  assert.equal(first?.server.counters.connectionsAccepted, before + 1, 'no second connection')
})

test('where there is one port only, clients are told of no other, whether they or the node say so', async t => {
  const nodes = await startFlightNodes(t, catalog, 2, { singlePort: true })
  const [first] = nodes.nodes
  const raw = await rawFlight(t, first?.runtime as Endpoint, nodes.user)
  const places = [reuseConnection, `grpc+tcp://127.0.0.1:${first?.runtime.port}`]
  const told = (info: FlightInfo) => info.endpoint[0]?.location.map(({ uri }) => uri)
  assert.deepEqual(told(await raw.info('SELECT 1')), places)
  const before = first?.server.counters.connectionsAccepted ?? 0
  const client = await connect(t, nodes)
  assert.equal((await rows(client, 'SELECT * FROM numbers')).length, 1_000)
  assert.equal(first?.server.counters.connectionsAccepted, before + 1, 'no second connection')

  const both = await startFlightNodes(t, catalog, 1)
  const port = both.nodes[0]?.runtime.port
  const asking = await rawFlight(t, both.nodes[0]?.runtime as Endpoint, both.user)
  assert.equal(told(await asking.info('SELECT 1'))?.length, 2)
  asking.metadata.set(singlePortHeader, 'true')
  assert.deepEqual(told(await asking.info('SELECT 1')), [reuseConnection, `grpc+tcp://127.0.0.1:${port}`])
})

test('the node dies between the two steps: another one redeems the ticket', async t => {
  const nodes = await startFlightNodes(t, catalog, 2)
  const [first, second] = nodes.nodes
  const asked = await rawFlight(t, first?.runtime as Endpoint, nodes.user)
  const { endpoint } = await asked.info('SELECT count(*) FROM numbers')
  const ticket = endpoint[0]?.ticket?.ticket ?? Buffer.alloc(0)
  await first?.server.close()
  const peer = await rawFlight(t, second?.auxiliary as Endpoint, nodes.user)
  assert.equal(await redeem(peer, ticket), 2, 'schema and one batch')
  assert.equal(await redeem(peer, ticket), 2, 'and again: it has an expiration time')
  // The token of the node that died is as good.
  assert.equal(await redeem({ ...peer, metadata: asked.metadata }, ticket), 2)
})

test('the node that the client logged in to dies: its name’s other address answers the next statement', async t => {
  const [runtime = 0, auxiliary = 0] = await freePorts(2)
  const hosts = ['127.0.0.1', '127.0.0.2']
  const nodes = await startFlightNodes(t, catalog, 2, {
    at: index => [runtime, auxiliary].map(port => ({ address: hosts[index] ?? '', port })),
  })
  const client = await connect(t, nodes, 0, { host: 'both', resolve: async () => hosts, singlePort: true })
  const [first, second] = nodes.nodes.map(({ server }) => server)
  assert.equal((await rows(client, 'SELECT * FROM numbers')).length, 1_000)
  await first?.close()
  assert.deepEqual(await rows(client, 'SELECT i FROM numbers WHERE i = $1', [7]), [[7]])
  assert.equal((await client.describe('SELECT * FROM numbers')).fields.length, 3)
  await second?.close()
  const { status, sqlState } = await failure(rows(client, 'SELECT 1'))
  assert.deepEqual([status, sqlState], ['UNAVAILABLE', undefined])
})

test('forged, damaged, expired and foreign tickets and tokens are refused, and say why', async t => {
  const nodes = await startFlightNodes(t, catalog, 1)
  const at = nodes.nodes[0]?.runtime as Endpoint
  const raw = await rawFlight(t, at, nodes.user)
  const { endpoint } = await raw.info('SELECT 42')
  const ticket = endpoint[0]?.ticket?.ticket ?? Buffer.alloc(0)
  for (const place of [ticket.length - 1, ticket.length - 20, ticket.indexOf('SELECT')]) {
    const forged = Buffer.from(ticket)
    forged[place] = (forged[place] ?? 0) ^ 1
    const refused = await failure(redeem(raw, forged))
    assert.equal(refused.status, 'PERMISSION_DENIED')
    assert.match(refused.message, /was not issued here/)
  }
  assert.equal((await failure(redeem(raw, Buffer.from('nonsense')))).status, 'INVALID_ARGUMENT')
  const other = await rawFlight(t, at, nodes.otherUser)
  const foreign = await failure(redeem(other, ticket))
  assert.equal(foreign.status, 'PERMISSION_DENIED')
  assert.match(foreign.message, /belongs to another user/)
  assert.equal(await redeem(raw, ticket), 2, 'the owner may')
  const wrong = await failure(rawFlight(t, at, nodes.user, 'wrong'))
  assert.equal(wrong.status, 'UNAUTHENTICATED')
  assert.equal(wrong.sqlState, '28P01')
  const nobody = new Metadata()
  assert.equal((await failure(redeem({ ...raw, metadata: nobody }, ticket))).status, 'UNAUTHENTICATED')
  nodes.advance(11 * 60_000)
  assert.match((await failure(redeem(raw, ticket))).message, /has expired/)
  nodes.advance(24 * 3_600_000)
  const late = await failure(raw.info('SELECT 1'))
  assert.equal(late.status, 'UNAUTHENTICATED')
  assert.match(late.message, /bearer token has expired/)
})

test('parameters are bound into a handle that every node knows', async t => {
  const nodes = await startFlightNodes(t, catalog, 2)
  const client = await connect(t, nodes)
  const statement = 'SELECT name, $2::text FROM numbers WHERE i = $1'
  assert.deepEqual(await rows(client, statement, [7, null]), [['row 7', null]])
  assert.deepEqual(await rows(client, statement, [8, "it's"]), [['row 8', "it's"]])
  const short = await failure(rows(client, statement, [7]))
  assert.match(short.message, /has 2 parameters, and 1 values are bound/)
})

test('errors have PostgreSQL’s state and words', async t => {
  const nodes = await startFlightNodes(t, catalog, 1)
  const client = await connect(t, nodes)
  const told = async (statement: string): Promise<unknown[]> => {
    const { status, sqlState } = await failure(rows(client, statement))
    return [status, sqlState]
  }
  assert.deepEqual(await told('SELEC 1'), ['INVALID_ARGUMENT', '42601'])
  assert.deepEqual(await told('SELECT * FROM nowhere'), ['NOT_FOUND', '42P01'])
  assert.deepEqual(await told('CREATE TABLE t(i int)'), ['PERMISSION_DENIED', '25006'])
  const halfway = "SELECT i, CASE WHEN i = 90000 THEN error('boom') END FROM range(100000) t(i)"
  assert.match((await failure(rows(client, halfway))).message, /boom/)
})

test('a large result arrives as the engine gave it, however slowly it is read', async t => {
  const nodes = await startFlightNodes(t, catalog, 1)
  const client = await connect(t, nodes)
  const count = 1_500_000
  const windowBytes = 8 * 1024 * 1024
  let row = 0
  for await (const batch of client.query(`SELECT i, i * 3 AS three FROM range(${count}) t(i)`)) {
    // The server has gone ahead as far as the client's window lets it, and waits with a batch half sent.
    if (row === 0) await until(() => (nodes.nodes[0]?.server.counters.bytesSent ?? 0) > windowBytes)
    const [i, three] = [0, 1].map(column => batch.getChildAt(column)?.toArray() as BigInt64Array)
    for (let at = 0; at < batch.numRows; at++, row++) {
      if (i?.[at] !== BigInt(row) || three?.[at] !== BigInt(row * 3))
        assert.fail(`row ${row} is ${i?.[at]}, ${three?.[at]}`)
    }
  }
  assert.equal(row, count)
  assert.ok(count * 16 > 2 * windowBytes)
})

test('this version of gRPC shows the HTTP/2 stream that messages go to without a copy', async t => {
  const server = new Server()
  t.after(() => server.forceShutdown())
  let beneath: unknown
  server.addService(flightService, {
    DoGet: (stream: ServerWritableStream<unknown, Buffer>) => {
      beneath = streamBeneath(stream)
      stream.end()
    },
  })
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  )
  const channel = openChannel({ address: '127.0.0.1', port }, { clock: systemClock, timeoutMs: 10_000 })
  t.after(() => channel.close())
  for await (const _ of channel.stream('DoGet', { ticket: Buffer.alloc(0) }, new Metadata()))
    assert.fail('no message was sent')
  assert.ok(beneath !== undefined)
})

test('a query ends when its client stops reading, and when any connection cancels it, on whichever node it runs', async t => {
  const nodes = await startFlightNodes(t, catalog, 2)
  const [first, second] = nodes.nodes
  const endless = 'SELECT i FROM range(100000000000) t(i)'
  const client = await connect(t, nodes)
  for await (const _ of client.query(endless)) break
  await until(() => first?.server.activeQueries() === 0)
  // Asked of the first node, redeemed on the second, cancelled by way of the first.
  const asked = await rawFlight(t, first?.runtime as Endpoint, nodes.user)
  const info = await asked.info(endless)
  const runs = await rawFlight(t, second?.auxiliary as Endpoint, nodes.user)
  const running = failure(redeem(runs, info.endpoint[0]?.ticket?.ticket ?? Buffer.alloc(0)))
  await until(() => second?.server.activeQueries() === 1)
  const request = messageCodec<{ info: FlightInfo }>('CancelFlightInfoRequest')
  const action = { type: 'CancelFlightInfo', body: request.encode({ info }) }
  let status: unknown
  for await (const { body } of asked.channel.stream<ActionResult>('DoAction', action, asked.metadata)) {
    status = messageCodec<{ status: unknown }>('CancelFlightInfoResult').decode(body).status
  }
  assert.equal(status, 1)
  assert.equal((await running).sqlState, '57014')
})

test('a node that drains lets queries end, sends no new ones here, and stops what outlasts the deadline', async t => {
  const nodes = await startFlightNodes(t, catalog, 1)
  const [node] = nodes.nodes
  const client = await connect(t, nodes)
  const endless = rows(client, 'SELECT count(*) FROM range(100000000000) t(i)')
  await until(() => node?.server.activeQueries() === 1)
  const drained = node?.server.drain(100)
  const stopped = await failure(endless)
  assert.ok(stopped.status === 'UNAVAILABLE', `${stopped.status}: ${stopped.message}`)
  await drained
  assert.equal((await failure(connect(t, nodes))).status, 'UNAVAILABLE')
})

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = systemClock.now() + 60_000
  while (!isTrue()) {
    assert.ok(systemClock.now() < deadline, 'not in time')
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
