// Rows a second of one large result of numeric columns: Flight, our PostgreSQL port in binary, and PostgreSQL itself in binary.
// Every client only counts the lengths of messages on a socket of its own, in this process, and servers have processes of their own: what is
// measured is what the servers and the protocols give. `-- 2000000` reads fewer rows, `-- 10000000 fixed` leaves `numeric` out, and
// `-- 10000000 computed` asks our node for rows that it computes instead of a file that it reads.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setFlagsFromString } from 'node:v8'
import type { Endpoint } from '../../src/base/network.ts'
import { systemClock } from '../../src/io/clock.ts'
import { startReferencePostgres } from '../../test/compat/postgres-server.ts'
import { bundled } from '../bundled.ts'
import { benchContext, report } from '../report.ts'
import { countFlightRows } from './flight-rows.ts'
import { type Counted, countPostgresRows } from './postgres-rows.ts'
import { benchTable, rowsMax, type View, views } from './tables.ts'

const rows = Number(process.argv[2] ?? rowsMax)
const view = (process.argv[3] ?? 'numbers') as View
assert(views.includes(view), `${view}: one of ${views.join(', ')}`)
const rounds = 3
// The memory that sockets are read into is not what is measured: it is let go with the young objects.
setFlagsFromString('--heap-growing-percent=1000')
const context = benchContext()

const child = spawn(process.execPath, [await bundled(context, './flight/server.ts')], {
  stdio: ['pipe', 'pipe', 'inherit'],
})
context.after(() => void child.stdin.end())
const output = createInterface({ input: child.stdout })
const nextLine = (): Promise<string> => new Promise(resolve => output.once('line', resolve))
const node = JSON.parse(await nextLine()) as { flight: Endpoint; postgres: Endpoint }
/** Milliseconds of a processor that our server and this process have used. */
const used = async (): Promise<{ server: number; client: number }> => {
  const line = nextLine()
  child.stdin.write('\n')
  const { user, system } = process.cpuUsage()
  return { server: Number(await line) / 1_000, client: (user + system) / 1_000 }
}
const reference = await startReferencePostgres(context, {
  settings: ['shared_buffers = 1GB', 'max_parallel_workers_per_gather = 0'],
})
const setUp = await reference.connect()
for (const statement of benchTable(view)) await setUp.query(statement)
setUp.close()

const statement = `SELECT * FROM ${view} WHERE id < ${rows}`
const ours = { user: 'everport', password: 'secret', database: 'everport' }
const contenders: readonly (readonly [name: string, run: () => Promise<Counted>])[] = [
  ['Flight', () => countFlightRows(node.flight, ours, statement)],
  ['our PostgreSQL port, binary', () => countPostgresRows(node.postgres, ours, statement)],
  [
    'PostgreSQL 15, binary',
    () =>
      countPostgresRows(
        reference.at,
        { user: reference.user, password: reference.password, database: reference.database },
        statement,
      ),
  ],
]

interface Round {
  readonly rowsPerSecond: number
  readonly bytesPerSecond: number
  /** Milliseconds of a processor for a million rows. */
  readonly server: number
  readonly client: number
}
const found = contenders.map((): Round[] => [])
// The first round warms caches and compilers, and is not counted. Contenders take turns, so that a slow moment meets all.
for (let round = 0; round <= rounds; round++) {
  for (const [index, [, run]] of contenders.entries()) {
    const before = await used()
    const from = systemClock.now()
    const counted = await run()
    const seconds = (systemClock.now() - from) / 1_000
    const after = await used()
    assert.equal(counted.rows, rows)
    if (round === 0) continue
    const millions = rows / 1e6
    found[index]?.push({
      rowsPerSecond: counted.rows / seconds,
      bytesPerSecond: counted.bytes / seconds,
      server: (after.server - before.server) / millions,
      client: (after.client - before.client) / millions,
    })
  }
}
await context.end()

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const speeds = found.map(each => ({
  rows: median(each.map(({ rowsPerSecond }) => rowsPerSecond)) / 1e6,
  bytes: median(each.map(({ bytesPerSecond }) => bytesPerSecond)) / 1e6,
  server: median(each.map(({ server }) => server)),
  client: median(each.map(({ client }) => client)),
}))
/** Within each round, then the median: both had the same machine. */
const ratio = (other: number): number =>
  median((found[0] ?? []).map((each, i) => each.rowsPerSecond / (found[other]?.[i]?.rowsPerSecond ?? 1)))
report(
  `${rows} rows of ${view}, median of ${rounds} rounds`,
  ['server', 'M rows/s', 'MB/s', 'server ms of a processor per M rows', 'client'],
  contenders.map(([name], i) => [
    name,
    speeds[i]?.rows.toFixed(2) ?? '',
    speeds[i]?.bytes.toFixed(0) ?? '',
    name.startsWith('PostgreSQL') ? '' : (speeds[i]?.server.toFixed(0) ?? ''),
    speeds[i]?.client.toFixed(0) ?? '',
  ]),
  [
    ['flight-rows', speeds[0]?.rows ?? 0, 'M/s'],
    ['flight-bytes', speeds[0]?.bytes ?? 0, 'MB/s'],
  ],
  [
    ['flight-to-our-postgres-port', ratio(1)],
    ['flight-to-postgresql', ratio(2)],
  ],
)
process.exit(0)
