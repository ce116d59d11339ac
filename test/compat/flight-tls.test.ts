import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { silentLog } from '../../src/base/log.ts'
import type { Endpoint } from '../../src/base/network.ts'
import {
  connectEverport,
  type EverportClient,
  type EverportClientOptions,
} from '../../src/client/everport-client.ts'
import { openChannel } from '../../src/client/flight-channel.ts'
import { FlightFailure } from '../../src/client/flight-failure.ts'
import { systemClock } from '../../src/io/clock.ts'
import { ensureLocalAuthority, ensureServerCertificate } from '../../src/io/local-authority.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { watchTlsFiles } from '../../src/io/tls-files.ts'
import { peerSecurity } from '../../src/roles/peer-security.ts'
import { reuseConnection } from '../../src/sql/flight/endpoints.ts'
import type { ActionResult, FlightInfo } from '../../src/sql/flight/messages.ts'
import { messageCodec } from '../../src/sql/flight/protocol.ts'
import type { TlsPolicy } from '../../src/sql/pgwire/tls-policy.ts'
import { plainPorts } from '../../src/testing/node-settings.ts'
import { requireTool } from '../required-tool.ts'
import { balancedCluster } from './balanced-cluster.ts'
import { askByJdbc, flightJdbcJar, flightPython } from './client-programs.ts'
import { numbersCatalog as catalog, type FlightNodes, startFlightNodes } from './flight-nodes.ts'
import { rawFlight } from './raw-flight.ts'

const now = new Date()

interface Secured {
  readonly folder: string
  readonly authorityFile: string
  readonly ca: Buffer
  readonly started: FlightNodes
  connect(more?: Partial<EverportClientOptions>): Promise<EverportClient>
  /** What a client shows of itself. */
  certificateOf(commonName: string): Promise<{ certificate: Buffer; key: Buffer }>
}

type NodesOptions = NonNullable<Parameters<typeof startFlightNodes>[3]>

/** Nodes that all have the certificate `node` of one local authority. */
async function secured(
  t: TestContext,
  {
    nodeCount = 1,
    policy = {},
    ...more
  }: NodesOptions & { nodeCount?: number; policy?: Partial<TlsPolicy> } = {},
): Promise<Secured> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-flight-tls-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const { authorityFile } = await ensureLocalAuthority(folder, now)
  const names = ['localhost', '127.0.0.1', '127.0.1.1', '127.0.1.2']
  const files = await ensureServerCertificate(folder, { name: 'node', names }, now)
  const watched = watchTlsFiles({ ...files, clientAuthoritiesFile: authorityFile }, systemClock, silentLog)
  t.after(watched.stop)
  const tls = {
    policy: { mode: 'offered', clientCertificates: 'off', users: new Map(), ...policy } as const,
    identity: watched.current,
  }
  const nodeTls = { ...plainPorts, mode: 'offered', flight: true } as const
  const security = (address: string) => peerSecurity(folder, { tls: nodeTls }, address)
  const started = await startFlightNodes(t, catalog, nodeCount, { tls, security, ...more })
  const ca = readFileSync(authorityFile)
  return {
    folder,
    authorityFile,
    ca,
    started,
    async connect(options = {}) {
      const { address, port } = started.nodes[0]?.runtime ?? { address: '', port: 0 }
      const { user, password } = started
      const tlsOptions = { tls: { ca } }
      const client = await connectEverport({ host: address, port, user, password, ...tlsOptions, ...options })
      t.after(() => client.close())
      return client
    },
    async certificateOf(commonName) {
      const own = { name: commonName, names: ['client'] }
      const { certificateFile, keyFile } = await ensureServerCertificate(folder, own, now)
      return { certificate: readFileSync(certificateFile), key: readFileSync(keyFile) }
    },
  }
}

async function count(client: EverportClient, statement = 'SELECT * FROM numbers'): Promise<number> {
  let rows = 0
  for await (const batch of client.query(statement)) rows += batch.numRows
  return rows
}

async function failure(promise: Promise<unknown>): Promise<FlightFailure> {
  const error = await promise.then(
    () => assert.fail('expected a failure'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof FlightFailure, String(error))
  return error
}

test('Arrow’s JDBC driver trusts the authority it was told, and nobody else', async t => {
  const jar = flightJdbcJar(t)
  if (jar === undefined || !requireTool(t, 'java')) return
  const { started, authorityFile, folder } = await secured(t, { nodeCount: 2 })
  const [first, second] = started.nodes
  assert.ok(first !== undefined && second !== undefined)
  const ask = (trusted?: string): Promise<string[]> =>
    askByJdbc(jar, first.runtime, [started.user, started.password], trusted)
  const lines = await ask(authorityFile)
  assert.ok(lines.includes('sum: [1000]') && lines.includes('bound again: [row 8]'), lines.join('\n'))
  assert.equal(
    second.server.counters.connectionsAccepted,
    0,
    'the place that is named first serves both steps',
  )
  await assert.rejects(ask(), /UNAVAILABLE: Network closed/, 'in plain, where TLS is demanded')
  const other = await ensureLocalAuthority(join(folder, 'other'), now)
  await assert.rejects(ask(other.authorityFile), /PKIX path validation failed/)
})

test('both ports speak TLS, the places say so, and the client finds out who the server is', async t => {
  const { started, connect, ca } = await secured(t, { nodeCount: 2 })
  const [first, second] = started.nodes
  const client = await connect()
  assert.equal(await count(client), 1_000)
  assert.equal(first?.server.counters.connectionsAccepted, 2, 'the auxiliary port, too')
  const at = first.runtime
  const tls = { ca, serverName: '127.0.0.1' }
  const raw = await rawFlight(t, at, started.user, started.password, tls)
  const { endpoint } = await raw.info('SELECT 1')
  assert.deepEqual(
    endpoint[0]?.location.map(({ uri }) => uri),
    [
      `grpc+tls://127.0.0.1:${first?.auxiliary.port}`,
      `grpc+tls://127.0.0.1:${second?.auxiliary.port}`,
      reuseConnection,
    ],
  )
  assert.equal(await count(await connect({ tls: { ca, serverName: 'localhost' } })), 1_000)
  const named = { host: 'localhost', resolve: () => Promise.resolve(['127.0.0.1']) }
  assert.equal(await count(await connect(named)), 1_000)

  const failedBefore = first?.server.counters.handshakesFailed ?? 0
  for (const [what, options, expected] of [
    [
      'a name that the certificate is not for',
      { tls: { ca, serverName: 'elsewhere.test' } },
      /elsewhere\.test/,
    ],
    ['an authority that nobody told of', { tls: {} }, /unable to verify|self-signed/],
  ] as const) {
    const refused = await failure(connect(options))
    assert.equal(refused.status, 'UNAVAILABLE', what)
    assert.match(refused.message, expected)
  }
  const plain = connectEverport({ host: '127.0.0.1', port: at.port, user: started.user, password: 'secret' })
  assert.equal((await failure(plain)).status, 'UNAVAILABLE')
  assert.ok((first?.server.counters.handshakesFailed ?? 0) > failedBefore, 'clear text is no handshake')
  const half = await failure(connect({ tls: { ca, certificate: 'nonsense' } }))
  assert.match(half.message, /^tls: expected ca, certificate and key to be PEM/)
})

test('a new certificate is served without a restart; who is connected stays', async t => {
  const { folder, connect } = await secured(t)
  const before = await connect()
  assert.equal(await count(before), 1_000)
  // Of another authority, so that whoever trusts only the old one is refused by the new one.
  const elsewhere = mkdtempSync(join(tmpdir(), 'everport-flight-tls-'))
  t.after(() => rmSync(elsewhere, { recursive: true, force: true }))
  const other = await ensureServerCertificate(elsewhere, { name: 'node', names: ['127.0.0.1'] }, now)
  const ca = readFileSync((await ensureLocalAuthority(elsewhere, now)).authorityFile)
  writeFileSync(join(folder, 'tls', 'node.key'), readFileSync(other.keyFile))
  writeFileSync(join(folder, 'tls', 'node.crt'), readFileSync(other.certificateFile))
  const deadline = systemClock.now() + 60_000
  let after: EverportClient | undefined
  while (after === undefined) {
    assert.ok(systemClock.now() < deadline, 'the old one is still served')
    after = await connect({ tls: { ca } }).catch(() => undefined)
  }
  assert.equal(await count(after), 1_000)
  assert.match((await failure(connect())).message, /certificate/, 'who trusts the old one alone is told')
  assert.equal(await count(before), 1_000, 'but for connections that were there')
})

test('a client’s certificate beside the password, of the user, and in place of the password', async t => {
  const beside = await secured(t, { policy: { clientCertificates: 'verify-ca' } })
  const none = await failure(beside.connect())
  assert.deepEqual([none.status, none.sqlState], ['UNAUTHENTICATED', '28000'])
  assert.match(none.message, /requires a valid client certificate/)
  const anyone = { ca: beside.ca, ...(await beside.certificateOf('someone')) }
  assert.equal(await count(await beside.connect({ tls: anyone })), 1_000)
  const wrong = await failure(beside.connect({ tls: anyone, password: 'wrong' }))
  assert.equal(wrong.sqlState, '28P01')
  const stranger = await secured(t)
  const foreign = { ca: beside.ca, ...(await stranger.certificateOf('someone')) }
  assert.equal((await failure(beside.connect({ tls: foreign }))).status, 'UNAVAILABLE')

  const { user } = beside.started
  const users = new Map([['report server', user]])
  const full = await secured(t, { policy: { clientCertificates: 'verify-full', users } })
  const someone = { ca: full.ca, ...(await full.certificateOf('someone')) }
  assert.match((await failure(full.connect({ tls: someone }))).message, /certificate authentication failed/)
  const own = { ca: full.ca, ...(await full.certificateOf(user)) }
  assert.equal(await count(await full.connect({ tls: own })), 1_000)
  // A token is good on the connections of its user alone.
  const at = full.started.nodes[0]?.runtime as Endpoint
  const raw = await rawFlight(t, at, user, 'secret', { serverName: '127.0.0.1', ...own })
  assert.ok((await raw.info('SELECT 1')).endpoint.length > 0)
  const channel = openChannel(at, {
    clock: systemClock,
    timeoutMs: 10_000,
    tls: { serverName: '127.0.0.1', ...someone },
  })
  t.after(() => channel.close())
  const refused = await failure(
    channel.unary('GetFlightInfo', { type: 'CMD', cmd: Buffer.alloc(0) }, raw.metadata),
  )
  assert.match(refused.message, /certificate authentication failed/)

  const instead = await secured(t, { policy: { clientCertificates: 'login', users } })
  const report = { ca: instead.ca, ...(await instead.certificateOf('report server')) }
  assert.equal(await count(await instead.connect({ tls: report, password: 'wrong' })), 1_000)
  assert.match(
    (await failure(instead.connect({ tls: report, user: instead.started.otherUser }))).message,
    /certificate authentication failed/,
  )
  const nobody = { ca: instead.ca, ...(await instead.certificateOf('nobody')) }
  assert.match(
    (await failure(instead.connect({ tls: nobody, user: 'nobody' }))).message,
    /certificate authentication failed for user "nobody"/,
  )
  assert.match((await failure(instead.connect())).message, /requires a valid client certificate/)
})

test('nodes pass a cancel on to each other in TLS, by the authority or by the one certificate that they share', async t => {
  for (const files of ['local authority', 'shared certificate'] as const) {
    let folder = ''
    const security = (address: string) => {
      const shared = {
        certificateFile: join(folder, 'tls', 'node.crt'),
        keyFile: join(folder, 'tls', 'node.key'),
      }
      const tls = { ...plainPorts, mode: 'offered', flight: true } as const
      const own = files === 'local authority' ? tls : { ...tls, files: shared }
      return peerSecurity(folder, { tls: own }, address)
    }
    const policy = { clientCertificates: 'verify-ca' } as const
    const { started, ca, certificateOf, ...found } = await secured(t, { nodeCount: 2, policy, security })
    ;({ folder } = found)
    const [first, second] = started.nodes
    const tls = { ca, serverName: '127.0.0.1', ...(await certificateOf('someone')) }
    const asked = await rawFlight(t, first?.runtime as Endpoint, started.user, 'secret', tls)
    const runs = await rawFlight(t, second?.auxiliary as Endpoint, started.user, 'secret', tls)
    const info = await asked.info('SELECT i FROM range(100000000000) t(i)')
    const ticket = info.endpoint[0]?.ticket?.ticket
    const running = failure(
      (async () => {
        for await (const _ of runs.channel.stream('DoGet', { ticket }, runs.metadata));
      })(),
    )
    const deadline = systemClock.now() + 60_000
    while (second?.server.activeQueries() !== 1) {
      assert.ok(systemClock.now() < deadline, 'the query does not run')
      await new Promise(resolve => setImmediate(resolve))
    }
    const request = messageCodec<{ info: FlightInfo }>('CancelFlightInfoRequest')
    const action = { type: 'CancelFlightInfo', body: request.encode({ info }) }
    let status: unknown
    for await (const { body } of asked.channel.stream<ActionResult>('DoAction', action, asked.metadata)) {
      status = messageCodec<{ status: unknown }>('CancelFlightInfoResult').decode(body).status
    }
    assert.equal(status, 1, files)
    assert.equal((await running).sqlState, '57014')
  }
})

test('what never shakes hands holds nothing up: the server closes at once', async t => {
  const { started } = await secured(t)
  const [node] = started.nodes
  const silent = await systemNetwork.connect(node?.runtime as Endpoint, { timeoutMs: 5_000 })
  const closed = new Promise<void>(resolve => silent.on('close', resolve))
  silent.on('error', () => undefined)
  silent.resume()
  const deadline = systemClock.now() + 60_000
  while (node?.server.counters.connectionsAccepted === 0) {
    assert.ok(systemClock.now() < deadline, 'not accepted')
    await new Promise(resolve => setImmediate(resolve))
  }
  await node?.server.drain(60_000)
  await closed
})

test('through the balancer, which passes TLS on: own client, ADBC’s driver and pyarrow', async t => {
  const cluster = await balancedCluster(t)
  const { runtime, auxiliary, nodes: addresses, balancers } = cluster
  const { started, ca, folder } = await secured(t, {
    nodeCount: 2,
    advertisedHost: balancers[0],
    at: index => [
      { address: addresses[index] ?? '', port: runtime },
      { address: addresses[index] ?? '', port: auxiliary[index] ?? 0 },
    ],
  })
  await cluster.start(4)
  const { user, password, nodes } = started
  const client = await connectEverport({ host: balancers[0], port: runtime, user, password, tls: { ca } })
  t.after(() => client.close())
  assert.equal(await count(client), 1_000)
  const [a, b] = nodes
  assert.equal(a?.server.counters.rowsSent, 1_000)
  const python = flightPython(t)
  if (python !== undefined) {
    const uri = `grpc+tls://${balancers[1]}:${runtime}`
    const script = 'test/compat/flight/adbc-client.py'
    const args = [script, uri, user, password, join(folder, 'tls', 'ca.crt')]
    const { stdout } = await promisify(execFile)(python, args, { timeout: 180_000 })
    assert.match(stdout, /"streamed": 300000/)
    assert.ok((b?.server.counters.rowsSent ?? 0) > 300_000)
  }
  // Node a answers the first step and dies: its peer serves the same rows in TLS.
  const planned = await client.plan('SELECT * FROM numbers')
  const served = b?.server.counters.rowsSent ?? 0
  await a?.server.close()
  let rows = 0
  for await (const batch of planned.batches()) rows += batch.numRows
  assert.equal(rows, 1_000)
  assert.equal((b?.server.counters.rowsSent ?? 0) - served, 1_000)
  assert.equal(await count(client), 1_000, 'the connection was to node a: the next one is to its peer')
})
