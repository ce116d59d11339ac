import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { silentLog } from '../../src/base/log.ts'
import type { Endpoint } from '../../src/base/network.ts'
import { connectFlight } from '../../src/cli/sql/over-flight.ts'
import { runSql } from '../../src/cli/sql.ts'
import { systemClock } from '../../src/io/clock.ts'
import { ensureLocalAuthority, ensureServerCertificate } from '../../src/io/local-authority.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'
import { watchTlsFiles } from '../../src/io/tls-files.ts'
import { isConnectionEnd, isTransient, PostgresError } from '../../src/sql/client/postgres-error.ts'
import { type FlightNodes, startFlightNodes } from './flight-nodes.ts'

const catalog = `
CREATE VIEW numbers AS SELECT i::int AS i, i * 1.5 AS x, 'row ' || i AS name FROM range(1000) t(i);
CREATE SCHEMA more;
CREATE VIEW more.one AS SELECT 1 AS one;
`

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function run(args: readonly string[], password: string, stdin?: string): Promise<Ran> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const [out, err] = [text(stdout), text(stderr)]
  const code = await runSql(args, {
    stdin: Readable.from(stdin === undefined ? [] : [stdin]),
    stdout,
    stderr,
    environment: { EVERPORT_PASSWORD: password },
    network: systemNetwork,
    clock: systemClock,
    random: systemRandom(),
  })
  stdout.end()
  stderr.end()
  return { code, out: await out, err: await err }
}

function argumentsFor({ nodes, user }: FlightNodes, protocol: 'postgres' | 'flight'): string[] {
  const at: Endpoint | undefined = protocol === 'flight' ? nodes[0]?.runtime : nodes[0]?.sql.at
  const { database } = nodes[0]?.sql ?? { database: '' }
  const where = [at?.address ?? '', '--port', String(at?.port), '--user', user, '--database', database]
  return [...where, '--protocol', protocol, '--state', '/nowhere']
}

/** What both protocols give for the same words. */
async function both(started: FlightNodes, args: readonly string[], stdin?: string): Promise<[Ran, Ran]> {
  const by = (protocol: 'postgres' | 'flight'): Promise<Ran> =>
    run([...argumentsFor(started, protocol), ...args], started.password, stdin)
  return [await by('flight'), await by('postgres')]
}

/** The expressions that the PostgreSQL port's own types are tested with. */
const expressions = (
  JSON.parse(readFileSync('src/sql/engine/types.golden.json', 'utf8')) as [expression: string][]
).map(([expression]) => expression)

test('every value looks the same by both protocols, in JSON as in text', async t => {
  const started = await startFlightNodes(t, '', 1)
  const statements = expressions.map(expression => `SELECT ${expression} AS v;`)
  let compared = 0
  const different: unknown[] = []
  for (let from = 0; from < statements.length; from++) {
    const statement = statements[from] ?? ''
    const [flight, postgres] = await both(started, ['--format', 'json', '-c', statement])
    if (flight.code === 0 && postgres.code === 0) compared++
    if (flight.out !== postgres.out || flight.code !== postgres.code)
      different.push([statement, flight.out + flight.err, postgres.out + postgres.err])
  }
  t.diagnostic(`${compared} of ${statements.length} compared`)
  assert.deepEqual(different, [])
  assert.ok(compared > 100, `${compared} compared`)
})

test('tables, CSV, JSON, nothing at all, several statements and the shell’s commands: the same by both', async t => {
  const started = await startFlightNodes(t, catalog, 1)
  const nested = "SELECT {'a': [1, NULL], 'b': map {'k': 1.50}}, union_value(num := 2), ['x y', '', NULL]"
  for (const args of [
    ['-c', 'SELECT * FROM numbers WHERE i < 3 ORDER BY i'],
    ['--format', 'csv', '-c', 'SELECT * FROM numbers ORDER BY i'],
    ['--format', 'json', '-c', `${nested}, true AS t, NULL::int AS n`],
    ['-x', '--null', '?', '-c', 'SELECT i, NULL AS nothing FROM numbers WHERE i < 2 ORDER BY i'],
    ['-c', 'SELECT * FROM numbers WHERE false; SELECT 1 AS one'],
    ['--format', 'json', '-c', 'SELECT * FROM numbers WHERE false'],
    ['--format', 'csv', '-c', "VALUES ('a,b', 1), (NULL, 2)"],
  ]) {
    const [flight, postgres] = await both(started, args)
    assert.deepEqual(flight, postgres)
    assert.equal(flight.code, 0, flight.err)
    assert.ok(flight.out.length > 0)
  }
  const [flight, postgres] = await both(started, [], '\\d\n\\d more.one\nselect 1\n;\n')
  assert.deepEqual(flight, postgres)
  assert.match(flight.out, /numbers/)
})

test('errors in the same words, to the place in the statement', async t => {
  const started = await startFlightNodes(t, catalog, 1)
  for (const statement of [
    'SELECT * FROM nowhere',
    'SELEC 1',
    'SELECT\n  j FROM numbers',
    "SELECT 'x'::int",
    'INSERT INTO numbers VALUES (1)',
    "SELECT i, CASE WHEN i = 90000 THEN error('boom') END FROM range(100000) t(i)",
  ]) {
    const [flight, postgres] = await both(started, ['--format', 'csv', '-c', statement])
    assert.equal(flight.err, postgres.err, statement)
    assert.match(flight.err, /^ERROR: {2}/)
    assert.deepEqual([flight.code, postgres.code], [1, 1])
  }
  const args = ['-c', 'select 1']
  const wrong = await run([...argumentsFor(started, 'flight'), ...args], 'wrong')
  assert.deepEqual(wrong, await run([...argumentsFor(started, 'postgres'), ...args], 'wrong'))
  assert.deepEqual([wrong.code, wrong.out], [2, ''])
  for (const [statement, word] of [
    ['begin', 'BEGIN'],
    ['SET timezone = 1', 'SET'],
    ['show server_version', 'SHOW'],
    ['DECLARE c CURSOR FOR SELECT 1', 'DECLARE'],
    ['COPY numbers TO STDOUT', 'COPY'],
  ]) {
    const refused = await run([...argumentsFor(started, 'flight'), '-c', statement ?? ''], started.password)
    assert.deepEqual(refused, {
      code: 1,
      out: '',
      err: `error: ${word} belongs to a session, and Flight SQL has none\n  try: run it with --protocol postgres\n`,
    })
  }
})

test('a node that is gone is told in the same words', async t => {
  const started = await startFlightNodes(t, catalog, 1)
  const [flight, postgres] = [argumentsFor(started, 'flight'), argumentsFor(started, 'postgres')]
  await started.nodes[0]?.server.close()
  const found = await run([...flight, '-c', 'select 1'], started.password)
  const port = String(started.nodes[0]?.runtime.port)
  assert.deepEqual(found, {
    code: 2,
    out: '',
    err: `error: no address of 127.0.0.1 answers: connect to 127.0.0.1:${port}: refused\n`,
  })
  assert.equal((await run([...postgres, '-c', 'select 1'], started.password)).code, 0, 'its other port')
})

test('what runs is cancelled, and the connection goes on; a node that stops ends it, and says so', async t => {
  const started = await startFlightNodes(t, catalog, 1)
  const [node] = started.nodes
  const endpoint = node?.runtime ?? { address: '', port: 0 }
  const { user, password } = started
  const connection = await connectFlight({ name: endpoint.address, endpoint, user, password })
  t.after(() => connection.close())
  const outcome = async (statement: string, atRows: () => void): Promise<unknown> => {
    try {
      for await (const event of connection.stream(statement)) if (event.kind === 'rows') atRows()
      return undefined
    } catch (error) {
      return error
    }
  }
  const endless = 'SELECT i FROM range(100000000000) t(i)'
  const cancelled = await outcome(endless, () => void connection.cancel())
  assert.ok(cancelled instanceof PostgresError, String(cancelled))
  assert.deepEqual([cancelled.severity, cancelled.sqlState], ['ERROR', '57014'])
  assert.equal(connection.lost, undefined)
  const deadline = systemClock.now() + 10_000
  while ((node?.server.activeQueries() ?? 0) > 0) {
    assert.ok(systemClock.now() < deadline, 'the node goes on with it')
    await new Promise(resolve => setImmediate(resolve))
  }
  assert.equal(await outcome('SELECT 1', () => undefined), undefined)
  let stopped: Promise<void> | undefined
  const ended = await outcome(endless, () => {
    stopped ??= node?.server.drain(0)
  })
  await stopped
  assert.ok(isConnectionEnd(ended), String(ended))
  assert.ok(isTransient(ended), 'another node may be asked')
  assert.equal(connection.lost, ended)
})

test('in TLS with --ca, or as the state folder says; an authority that is not theirs ends in one line', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'everport-flight-sql-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const { authorityFile } = await ensureLocalAuthority(folder, new Date())
  const files = await ensureServerCertificate(folder, { name: 'node', names: ['127.0.0.1'] }, new Date())
  const started = await securedNodes(t, files)
  const args = [...argumentsFor(started, 'flight'), '--format', 'csv', '-c', 'select one from more.one']
  const answer = { code: 0, out: 'one\r\n1\r\n', err: '' }
  assert.deepEqual(await run([...args, '--ca', authorityFile], started.password), answer)

  const { user, password } = started
  const [node] = started.nodes
  const client = {
    dns: [{ address: '127.0.0.1', port: 9 }],
    name: '127.0.0.1',
    port: node?.sql.at.port,
    user,
    password,
    database: node?.sql.database,
    flight: { port: node?.runtime.port, isTls: true, authorityFile },
  }
  writeFileSync(join(folder, 'client.json'), JSON.stringify(client))
  const short = [
    '--state',
    folder,
    '--format',
    'csv',
    '-c',
    'select one from more.one',
    '--protocol',
    'flight',
  ]
  assert.deepEqual(await run(short, password), answer)

  const clear = await run(args, password)
  assert.equal(clear.code, 2, clear.out)
  assert.match(clear.err, /^error: no address of 127\.0\.0\.1 answers: [^\n]+\n$/)
  const strangers = await ensureLocalAuthority(join(folder, 'strangers'), new Date())
  const foreign = await run([...args, '--ca', strangers.authorityFile], password)
  assert.equal(foreign.code, 2)
  assert.match(foreign.err, /^error: .*: tls, [^\n]*certificate[^\n]*\n$/)
  await assert.rejects(run([...args, '--ca', join(folder, 'none')], password), {
    code: 'file_error',
    message: /cannot read .*none: ENOENT/,
  })
})

function securedNodes(
  t: TestContext,
  files: { certificateFile: string; keyFile: string },
): Promise<FlightNodes> {
  const watched = watchTlsFiles(files, systemClock, silentLog)
  t.after(watched.stop)
  const policy = { mode: 'offered', clientCertificates: 'off', users: new Map<string, string>() } as const
  return startFlightNodes(t, catalog, 1, { tls: { policy, identity: watched.current } })
}
