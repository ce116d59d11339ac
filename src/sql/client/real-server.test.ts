import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { silentLog } from '../../base/log.ts'
import { systemClock } from '../../io/clock.ts'
import { systemNetwork } from '../../io/network.ts'
import { systemRandom } from '../../io/random.ts'
import { createVerifier } from '../auth/scram-verifier.ts'
import { loadCatalog } from '../catalog/load-catalog.ts'
import { openDuckdbEngine } from '../engine/duckdb-engine.ts'
import { type PostgresServer, startPostgresServer } from '../pgwire/server.ts'
import { connectPostgres, type PostgresConnection, type PostgresOptions } from './postgres-connection.ts'

/** Our client and our server, over loopback, with the real engine. */

const folder = mkdtempSync(join(tmpdir(), 'everport-client-'))
let server: PostgresServer
let closeEngine: () => Promise<void> = () => Promise.resolve()

before(async () => {
  const catalogFile = join(folder, 'catalog.sql')
  writeFileSync(catalogFile, 'create view answers as select 42 as answer;\n')
  const engine = await openDuckdbEngine({
    catalog: await loadCatalog(catalogFile),
    database: 'demo',
    memoryLimitMegabytes: 200,
    threads: 2,
    tempDirectory: join(folder, 'temp'),
    log: silentLog,
    clock: systemClock,
    wallMs: Date.now,
  })
  closeEngine = () => engine.close()
  const verifier = createVerifier('secret', Buffer.from('0123456789abcdef'))
  server = await startPostgresServer({
    network: systemNetwork,
    at: { address: '127.0.0.1', port: 0 },
    clock: systemClock,
    random: systemRandom(),
    engine,
    log: silentLog,
    authenticate: user => (user === 'ada' ? verifier : undefined),
    nodeNumber: 1,
    database: 'demo',
    nodeName: 'active-a-1',
  })
})

after(async () => {
  await server.close()
  await closeEngine()
  rmSync(folder, { recursive: true })
})

function connect(more: Partial<PostgresOptions> = {}): Promise<PostgresConnection> {
  return connectPostgres({
    network: systemNetwork,
    clock: systemClock,
    random: systemRandom(),
    endpoint: server.at,
    user: 'ada',
    password: 'secret',
    database: 'demo',
    applicationName: 'test',
    timeoutMs: 10_000,
    ...more,
  })
}

test('logs in, asks, is refused, goes on', async () => {
  const connection = await connect()
  assert.deepEqual((await connection.query('select answer from answers')).rows, [['42']])
  assert.deepEqual((await connection.query('show everport.node')).rows, [['active-a-1']])
  await assert.rejects(connection.query('select nope from answers'), { sqlState: '42703' })
  assert.equal((await connection.queryAll('select 1; select 2')).length, 2)
  connection.close()
  await assert.rejects(connect({ password: 'wrong' }), { severity: 'FATAL', sqlState: '28P01' })
  await assert.rejects(connect({ database: 'other' }), { severity: 'FATAL', sqlState: '3D000' })
})

test('every row of a long result arrives', async () => {
  const connection = await connect()
  let [count, sum] = [0, 0]
  for await (const event of connection.stream('select * from range(300000)')) {
    if (event.kind !== 'rows') continue
    count += event.rows.length
    for (const [cell] of event.rows) sum += Number(cell)
  }
  assert.deepEqual([count, sum], [300_000, (300_000 * 299_999) / 2])
  connection.close()
})

test('an endless query ends when it is cancelled, and the session goes on', async () => {
  const connection = await connect()
  for await (const event of connection.stream('select * from range(100000000000)'))
    if (event.kind === 'rows') break
  assert.deepEqual((await connection.query('select 1')).rows, [['1']])
  connection.close()
})

test('fifty clients at once', async () => {
  const connections = await Promise.all(Array.from({ length: 50 }, () => connect()))
  const results = await Promise.all(
    connections.map(connection => connection.query('select answer from answers')),
  )
  for (const { rows } of results) assert.deepEqual(rows, [['42']])
  for (const connection of connections) connection.close()
})
