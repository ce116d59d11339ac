// What one value costs to write into a DataRow, in CPU time, without socket and query: npm run bench -- row-encoding [ROWS] [ROUNDS] [WORD …]
import { DuckDBInstance } from '@duckdb/node-api'
import duckdb, { type Connection, type Result } from '@duckdb/node-bindings'
import { knownColumnType } from '../src/sql/engine/column-type.ts'
import type { Format } from '../src/sql/engine/engine.ts'
import { createRowEncoder } from '../src/sql/engine/row-encoder.ts'
import { report } from './report.ts'

const rowCount = Number(process.argv[2] ?? 131_072)
const rounds = Number(process.argv[3] ?? 15)
/** Only cases whose name contains one of them. */
const words = process.argv.slice(4)

/** Columns of `range(ROWS) t(i)`. The first are those of bench/pgwire, together and one by one. */
const cases: readonly (readonly [name: string, columns: string])[] = [
  [
    'report row',
    `i::int4, i * 1000003, i / 7.0::float8, 'customer number ' || (i % 10000), date '2020-01-01' + (i % 2000)::int4`,
  ],
  ['int2', '(i % 30000)::int2'],
  ['int4', 'i::int4'],
  ['int4, half null', 'case when i % 2 = 0 then i::int4 end'],
  ['int4, any size', '(hash(i) % 4294967296)::int8::int8 - 2147483648'],
  ['int8', 'i * 1000003'],
  ['int8, any size', '(hash(i) >> 1)::int8'],
  ['float8 of 17 digits', 'i / 7.0::float8'],
  ['float8 of cents', '(i / 100.0)::float8'],
  ['float8 of six digits', '((i % 1000000) / 1000000.0)::float8'],
  ['float8 with exponent', '(i * 1e20)::float8 / 7'],
  ['float4', '(i / 7.0)::float4'],
  ['numeric(9,2)', '(i / 100.0)::decimal(9,2)'],
  ['numeric(18,4)', '(i * 12345.0 / 10000)::decimal(18,4)'],
  ['numeric(38,6)', '(i * 12345.0 / 10000)::decimal(38,6)'],
  ['hugeint', '(i * 1000003)::hugeint'],
  ['bool', 'i % 3 = 0'],
  ['text of 6', `'c' || (10000 + i % 10000)`],
  ['text of 20', `'customer number ' || (1000 + i % 9000)`],
  ['text of 100', `repeat('x', 90) || (i % 10000)`],
  ['bytea of 20', `('customer number ' || (1000 + i % 9000))::blob`],
  ['enum', `(['small', 'middle', 'large'])[1 + i % 3]::enum('small', 'middle', 'large')`],
  ['date', `date '2020-01-01' + (i % 2000)::int4`],
  ['date, any', `date '2020-01-01' + (hash(i) % 1000000)::int4`],
  ['time', `time '00:00:00' + to_microseconds(i * 654321)`],
  ['timestamp', `timestamp '2020-01-01' + to_seconds(i * 61)`],
  ['timestamp of micros', `timestamp '2020-01-01' + to_microseconds(i * 61000007)`],
  ['timestamptz', `timestamptz '2020-01-01' + to_seconds(i * 61)`],
  ['timestamp_ms', `(timestamp '2020-01-01' + to_seconds(i * 61))::timestamp_ms`],
  ['interval', 'to_days((i % 100)::int4) + to_seconds(i)'],
  ['uuid', 'md5(i::varchar)::uuid'],
  ['int4[] of 3', '[i, i + 1, i + 2]::int4[]'],
  ['struct', `{'a': i, 'b': 'x'}`],
]

interface Cost {
  readonly nanoseconds: number
  readonly bytes: number
}

const instance = await DuckDBInstance.create()
const connection = await instance.connect()
const raw = (connection as unknown as { connection: Connection }).connection
const rows: (string | number)[][] = []
const figures: [string, number, string][] = []
for (const [name, columns] of cases) {
  if (words.length > 0 && !words.some(word => name.includes(word))) continue
  const result = await duckdb.query(raw, `select ${columns} from range(${rowCount}) t(i)`)
  const [text, binary] = [cost(result, 0), cost(result, 1)]
  rows.push([
    name,
    text.nanoseconds.toFixed(1),
    (text.bytes / rowCount).toFixed(1),
    binary.nanoseconds.toFixed(1),
    (binary.bytes / rowCount).toFixed(1),
  ])
  const key = name.replace(/[^a-z0-9]+/g, '-')
  figures.push([`${key}-text`, text.nanoseconds, 'ns'], [`${key}-binary`, binary.nanoseconds, 'ns'])
}
connection.closeSync()
report(
  `${rowCount} rows, CPU time a row, least of ${rounds} rounds`,
  ['', 'text, ns', 'bytes', 'binary, ns', 'bytes'],
  rows,
  figures,
)

function cost(result: Result, format: Format): Cost {
  const count = duckdb.column_count(result)
  const encoder = createRowEncoder(
    Array.from({ length: count }, (_, i) =>
      knownColumnType(duckdb.column_logical_type(result, i)).encoder(format),
    ),
  )
  const times: number[] = []
  let bytes = 0
  for (let round = -2; round < rounds; round++) {
    const chunks = Array.from({ length: duckdb.result_chunk_count(result) }, (_, i) =>
      duckdb.result_get_chunk(result, i),
    )
    bytes = 0
    const before = process.cpuUsage()
    for (const chunk of chunks) {
      encoder.take(chunk)
      while (encoder.isReady) bytes += encoder.encode(Number.POSITIVE_INFINITY).bytes.length
    }
    const { user, system } = process.cpuUsage(before)
    // The first rounds only warm up.
    if (round >= 0) times.push(((user + system) * 1_000) / rowCount)
  }
  return { nanoseconds: Math.min(...times), bytes }
}
