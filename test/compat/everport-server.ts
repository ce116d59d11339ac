import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../src/base/log.ts'
import type { Endpoint } from '../../src/base/network.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'
import { createVerifier } from '../../src/sql/auth/scram-verifier.ts'
import { loadCatalog } from '../../src/sql/catalog/load-catalog.ts'
import { connectPostgres, type PostgresConnection } from '../../src/sql/client/postgres-connection.ts'
import { type DuckdbEngine, openDuckdbEngine } from '../../src/sql/engine/duckdb-engine.ts'
import type { ServerTls } from '../../src/sql/pgwire/secure-connection.ts'
import { startPostgresServer } from '../../src/sql/pgwire/server.ts'

/** The PostgreSQL port of a node with the real engine, in this process, on a free port of loopback. Ends with the test. */
export interface EverportSql {
  readonly at: Endpoint
  readonly user: string
  readonly password: string
  readonly database: string
  readonly engine: DuckdbEngine
  connect(): Promise<PostgresConnection>
}

const user = 'everport'
const password = 'secret'
const database = 'everport'

export async function startEverportSql(
  t: { after(task: () => void | Promise<void>): void },
  catalogText: string,
  tls?: ServerTls,
): Promise<EverportSql> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-sql-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  const catalogFile = join(folder, 'catalog.sql')
  writeFileSync(catalogFile, catalogText)
  const engine = await openDuckdbEngine({
    catalog: await loadCatalog(catalogFile),
    database,
    memoryLimitMegabytes: 500,
    threads: 2,
    tempDirectory: join(folder, 'temp'),
    log: silentLog,
    clock: systemClock,
    wallMs: Date.now,
  })
  const verifier = createVerifier(password, Buffer.from('0123456789abcdef'))
  const server = await startPostgresServer({
    network: systemNetwork,
    at: { address: '127.0.0.1', port: 0 },
    clock: systemClock,
    random: systemRandom(),
    engine,
    log: silentLog,
    authenticate: name => (name === user ? verifier : undefined),
    nodeNumber: 1,
    database,
    tls,
  })
  t.after(async () => {
    await server.close()
    await engine.close()
  })
  const connect = (): Promise<PostgresConnection> =>
    connectPostgres({
      network: systemNetwork,
      clock: systemClock,
      random: systemRandom(),
      endpoint: server.at,
      user,
      password,
      database,
      applicationName: 'everport-test',
      timeoutMs: 15_000,
    })
  return { at: server.at, user, password, database, engine, connect }
}
