// Rows a second of one large result of numeric columns: Flight, our PostgreSQL port in binary, and PostgreSQL itself in binary.
// Every client only counts: what is measured is what the servers and the protocols give. `-- 2000000` reads fewer rows.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { Metadata } from '@grpc/grpc-js'
import type { Endpoint } from '../../src/base/network.ts'
import { openChannel } from '../../src/client/flight-channel.ts'
import { systemClock } from '../../src/io/clock.ts'
import { readFlightData } from '../../src/sql/arrow/flight-data.ts'
import { packAny, sqlCodec } from '../../src/sql/flight/any-message.ts'
import type { FlightInfo } from '../../src/sql/flight/messages.ts'
import { startReferencePostgres } from '../../test/compat/postgres-server.ts'
import { benchContext, report } from '../report.ts'
import { type Counted, countPostgresRows } from './postgres-rows.ts'
import { benchTable, rowsMax } from './tables.ts'

const rows = Number(process.argv[2] ?? rowsMax)
const rounds = 3
const context = benchContext()

const child = spawn(process.execPath, ['--import', 'tsx', 'bench/flight/server.ts'], {
  stdio: ['pipe', 'pipe', 'inherit'],
})
context.after(() => void child.stdin.end())
const [line] = await new Promise<string[]>(resolve =>
  createInterface({ input: child.stdout }).once('line', found => resolve([found])),
)
const node = JSON.parse(line ?? '') as { flight: Endpoint; postgres: Endpoint }
const reference = await startReferencePostgres(context, {
  settings: ['shared_buffers = 1GB', 'max_parallel_workers_per_gather = 0'],
})
const setUp = await reference.connect()
for (const statement of benchTable) await setUp.query(statement)
setUp.close()

const statement = `SELECT * FROM numbers WHERE id < ${rows}`
const ours = { user: 'everport', password: 'secret', database: 'everport' }
const contenders: readonly (readonly [name: string, run: () => Promise<Counted>])[] = [
  ['Flight', () => countFlightRows(node.flight)],
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
}
const found = contenders.map((): Round[] => [])
// The first round warms caches and compilers, and is not counted. Contenders take turns, so that a slow moment meets all.
for (let round = 0; round <= rounds; round++) {
  for (const [index, [, run]] of contenders.entries()) {
    const from = systemClock.now()
    const counted = await run()
    const seconds = (systemClock.now() - from) / 1_000
    assert.equal(counted.rows, rows)
    if (round > 0)
      found[index]?.push({ rowsPerSecond: counted.rows / seconds, bytesPerSecond: counted.bytes / seconds })
  }
}
await context.end()

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const speeds = found.map(each => ({
  rows: median(each.map(({ rowsPerSecond }) => rowsPerSecond)) / 1e6,
  bytes: median(each.map(({ bytesPerSecond }) => bytesPerSecond)) / 1e6,
}))
/** Within each round, then the median: both had the same machine. */
const ratio = (other: number): number =>
  median((found[0] ?? []).map((each, i) => each.rowsPerSecond / (found[other]?.[i]?.rowsPerSecond ?? 1)))
report(
  `${rows} rows of five numeric columns, median of ${rounds} rounds`,
  ['server', 'M rows/s', 'MB/s'],
  contenders.map(([name], i) => [name, speeds[i]?.rows.toFixed(2) ?? '', speeds[i]?.bytes.toFixed(0) ?? '']),
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

/** Both steps, on one connection; rows are counted from the length that each record batch has in front. */
async function countFlightRows(at: Endpoint): Promise<Counted> {
  const channel = openChannel(at, { clock: systemClock, timeoutMs: 60_000 })
  const basic = new Metadata()
  basic.set('authorization', `Basic ${Buffer.from('everport:secret').toString('base64')}`)
  const { headers } = await channel.exchange('Handshake', [], basic)
  const metadata = new Metadata()
  metadata.set('authorization', String(headers.get('authorization')[0]))
  const query = sqlCodec<{ query: string }>('CommandStatementQuery').encode({ query: statement })
  const info = await channel.unary<FlightInfo>(
    'GetFlightInfo',
    { type: 'CMD', cmd: packAny('CommandStatementQuery', query) },
    metadata,
  )
  let counted = 0
  let bytes = 0
  const ticket = info.endpoint[0]?.ticket?.ticket
  for await (const message of channel.stream<Buffer>('DoGet', { ticket }, metadata)) {
    bytes += message.length
    counted += rowsOf(readFlightData(message)?.header ?? new Uint8Array(0))
  }
  channel.close()
  return { rows: counted, bytes }
}

/** RecordBatch.length: slot 0 of the header's table; 0 for a schema. */
function rowsOf(header: Uint8Array): number {
  const view = new DataView(header.buffer, header.byteOffset, header.length)
  const message = view.getUint32(0, true)
  const slots = message - view.getInt32(message, true)
  const type = view.getUint8(message + view.getUint16(slots + 6, true))
  if (type !== 3) return 0
  const place = message + view.getUint16(slots + 8, true)
  const batch = place + view.getUint32(place, true)
  const batchSlots = batch - view.getInt32(batch, true)
  return Number(view.getBigInt64(batch + view.getUint16(batchSlots + 4, true), true))
}
