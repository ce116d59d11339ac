// Rows and small queries a second over PostgreSQL's wire, beside PostgreSQL 15 with the same rows: npm run bench -- pgwire [ROWS] [ROUNDS] [SECONDS]
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { threadPoolSize } from '../../src/roles/agent.ts'
import { startChild } from '../../test/compat/child-server.ts'
import { startReferencePostgres } from '../../test/compat/postgres-server.ts'
import { debianPostgres, requireTool } from '../../test/required-tool.ts'
import { bundled } from '../bundled.ts'
import { benchContext, report } from '../report.ts'
import { orderOfTurn, ratioOfTurns } from '../turns.ts'
import { type Counted, countBytes, type Where } from './count-bytes.ts'
import { pgbench, type Throughput } from './pgbench.ts'

const rowCount = Number(process.argv[2] ?? 2_000_000)
const rounds = Number(process.argv[3] ?? 5)
/** Of one turn. */
const seconds = Number(process.argv[4] ?? 3)

/** The same words in both: five columns of a reporting table. */
const columns = (i: string): string => `
  cast(${i} as int4) as id,
  cast(${i} as int8) * 1000003 as account,
  cast(${i} as float8) / 7 as amount,
  'customer number ' || cast(${i} % 10000 as varchar) as name,
  cast('2020-01-01' as date) + cast(${i} % 2000 as int4) as day`
const largeQuery = 'select id, account, amount, name, day from lines'
const ways = ['text', 'binary', 'copy'] as const
const clientCounts = [1, 32, 256]
const smallQueries = [
  ['select 1', 'select 1'],
  ['aggregate', 'select count(*), sum(amount), max(day) from few where id % 7 = 3'],
] as const

const context = benchContext()
const missing = { skip: (reason?: string) => console.log(`left out: ${reason}`) }
try {
  if (requireTool(missing, 'postgres')) await compare()
} finally {
  await context.end()
}

async function compare(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-bench-pgwire-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  const servers: [name: string, where: Where][] = [
    ['PostgreSQL', await startPostgres()],
    ['Everport', await startEverport(folder)],
  ]
  await compareRows(servers)
  await compareSmall(servers)
}

async function startPostgres(): Promise<Where> {
  const postgres = await startReferencePostgres(context, {
    settings: ['shared_buffers = 512MB', 'max_parallel_workers_per_gather = 0', 'jit = off'],
  })
  const session = await postgres.connect()
  for (const [table, count] of [
    ['lines', rowCount],
    ['few', 1_000],
  ] as const) {
    await session.query(
      `create table ${table} as select ${columns('i')} from generate_series(0, ${count - 1}) i`,
    )
    await session.query(`vacuum analyze ${table}`)
  }
  session.close()
  return postgres
}

async function startEverport(folder: string): Promise<Where> {
  const duckdb = await DuckDBInstance.create()
  const connection = await duckdb.connect()
  for (const [view, count] of [
    ['lines', rowCount],
    ['few', 1_000],
  ] as const) {
    const file = join(folder, `${view}.parquet`)
    await connection.run(
      `copy (select ${columns('i')} from range(${count}) t(i)) to '${file}' (format parquet)`,
    )
  }
  connection.closeSync()
  const catalog = join(folder, 'catalog.sql')
  writeFileSync(
    catalog,
    ['lines', 'few'].map(view => `CREATE VIEW ${view} AS SELECT * FROM '${view}.parquet';\n`).join(''),
  )
  const outfile = await bundled(context, './pgwire/server.ts')
  // As an agent starts a node.
  const env = { ...process.env, UV_THREADPOOL_SIZE: String(threadPoolSize.node) }
  const child = startChild(context, [process.execPath, outfile, catalog, join(folder, 'temp')], { env })
  for (;;) {
    const port = /listening on (\d+)/.exec(child.output())?.[1]
    if (port !== undefined) {
      const at = { address: '127.0.0.1', port: Number(port) }
      return { at, user: 'everport', password: 'secret', database: 'bench' }
    }
    if (child.hasEnded()) throw new Error(`the server does not start: ${child.output()}`)
    await Promise.race([child.said(), child.ended])
  }
}

async function compareRows(servers: readonly [string, Where][]): Promise<void> {
  const found = new Map<string, Counted[]>()
  // In turn, so that what else the machine does meets both alike; the first round only warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const way of ways) {
      for (const [name, where] of servers) {
        const counted = await countBytes(where, largeQuery, way)
        const key = `${name} ${way}`
        if (round > 0) found.set(key, [...(found.get(key) ?? []), counted])
      }
    }
  }
  const rate = (name: string, way: string): number =>
    median((found.get(`${name} ${way}`) ?? []).map(({ rows, seconds: took }) => rows / took))
  const bytes = (name: string, way: string): number => found.get(`${name} ${way}`)?.[0]?.bytes ?? 0
  for (const way of ways) {
    const [theirs, ours] = [bytes('PostgreSQL', way), bytes('Everport', way)]
    // COPY's header and trailer come in messages of their own or with a row.
    if (way !== 'copy' && theirs !== ours)
      throw new Error(`${way}: ${theirs} bytes of PostgreSQL, ${ours} of ours`)
  }
  const figures = servers.flatMap(([name]) =>
    ways.map(way => [`rows-${way}-${name.toLowerCase()}`, rate(name, way), 'rows/s'] as const),
  )
  report(
    `${rowCount} rows of int4, int8, float8, varchar and date to a client that counts bytes; median of ${rounds} rounds`,
    ['', ...ways.map(way => `${way}, M rows/s`), 'MB of text'],
    servers.map(([name]) => [
      name,
      ...ways.map(way => (rate(name, way) / 1e6).toFixed(2)),
      (bytes(name, 'text') / 1e6).toFixed(1),
    ]),
    figures,
    [
      ['rows-text-to-postgresql-text', rate('Everport', 'text') / rate('PostgreSQL', 'text')],
      ['rows-binary-to-postgresql-text', rate('Everport', 'binary') / rate('PostgreSQL', 'text')],
      ['rows-binary-to-postgresql-binary', rate('Everport', 'binary') / rate('PostgreSQL', 'binary')],
      ['copy-binary-to-postgresql-copy-binary', rate('Everport', 'copy') / rate('PostgreSQL', 'copy')],
    ],
  )
}

async function compareSmall(servers: readonly [string, Where][]): Promise<void> {
  const program = debianPostgres()
    .map(folder => join(folder, 'pgbench'))
    .find(path => existsSync(path))
  if (program === undefined) return missing.skip('pgbench is not installed')
  const rows: string[][] = []
  const figures: [string, number, string][] = []
  const ratios: [string, number][] = []
  for (const [title, sql] of smallQueries) {
    // As with rows, the first round only warms up.
    for (const [, where] of servers)
      await pgbench(program, where, { sql, clients: 32, seconds, mode: 'simple' })
    for (const clients of clientCounts) {
      const found = new Map<string, Throughput[]>(servers.map(([name]) => [name, []]))
      for (let round = 0; round < rounds; round++)
        for (const [name, where] of orderOfTurn(servers, round))
          found.get(name)?.push(await pgbench(program, where, { sql, clients, seconds, mode: 'simple' }))
      const key = `${title.replace(' ', '-')}-${clients}`
      const rates = servers.map(([name]) => (found.get(name) ?? []).map(({ perSecond }) => perSecond))
      const [theirs = [], ours = []] = rates
      const ratio = ratioOfTurns(ours, theirs)
      ratios.push([`queries-${key}`, ratio.median])
      const told = servers.flatMap(([name], at) => {
        const p99Ms = median((found.get(name) ?? []).map(one => one.p99Ms))
        const perSecond = median(rates[at] ?? [])
        figures.push([`queries-${key}-${name.toLowerCase()}`, perSecond, 'queries/s'])
        figures.push([`p99-${key}-${name.toLowerCase()}`, p99Ms, 'ms'])
        return [perSecond.toFixed(0), p99Ms.toFixed(2)]
      })
      const share = [ratio.median, ratio.low, ratio.high].map(value => value.toFixed(2))
      rows.push([`${title}, ${clients} clients`, ...told, `${share[0]} (${share[1]}–${share[2]})`])
    }
  }
  report(
    `Small queries by pgbench, ${rounds} turns of ${seconds} s each, after as long with 32 clients that does not count; medians, and the ratios within a turn with their quarters`,
    ['', 'PostgreSQL, queries/s', 'p99 ms', 'Everport, queries/s', 'p99 ms', 'ratio'],
    rows,
    figures,
    ratios,
  )
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
