// The PostgreSQL port of a node alone, with the real engine, as the role runs it: server.ts CATALOG TEMP_FOLDER

import { systemClock } from '../../src/io/clock.ts'
import { letHeapGrow } from '../../src/io/heap-growth.ts'
import { jsonLog } from '../../src/io/log.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { pooledThreads } from '../../src/io/pooled-threads.ts'
import { systemRandom } from '../../src/io/random.ts'
import { createVerifier } from '../../src/sql/auth/scram-verifier.ts'
import { loadCatalog } from '../../src/sql/catalog/load-catalog.ts'
import { openDuckdbEngine } from '../../src/sql/engine/duckdb-engine.ts'
import { startPostgresServer } from '../../src/sql/pgwire/server.ts'

// As a node does.
letHeapGrow()
const [catalogFile = '', tempDirectory = ''] = process.argv.slice(2)
const log = jsonLog('bench')
const engine = await openDuckdbEngine({
  catalog: await loadCatalog(catalogFile),
  database: 'bench',
  memoryLimitMegabytes: 1_024,
  threads: 1,
  tempDirectory,
  log,
  clock: systemClock,
  wallMs: Date.now,
  callThreads: pooledThreads(systemClock, log),
})
const verifier = createVerifier('secret', Buffer.from('0123456789abcdef'))
const server = await startPostgresServer({
  network: systemNetwork,
  at: { address: '127.0.0.1', port: 0 },
  clock: systemClock,
  random: systemRandom(),
  engine,
  log,
  limits: { connectionsMax: 400 },
  authenticate: user => (user === 'everport' ? verifier : undefined),
  nodeNumber: 1,
  database: 'bench',
})
await engine.warm()
process.stdout.write(`listening on ${server.at.port}\n`)
process.on('SIGTERM', () => process.exit(0))
