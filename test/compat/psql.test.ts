import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { silentLog } from '../../src/base/log.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'
import { createVerifier } from '../../src/sql/auth/scram-verifier.ts'
import { type PostgresServer, startPostgresServer } from '../../src/sql/pgwire/server.ts'
import { createFakeEngine } from '../../src/testing/fake-engine.ts'
import { requireTool } from '../required-tool.ts'

const verifier = createVerifier('secret', Buffer.from('0123456789abcdef'))
const deadlineMs = 120_000

interface Output {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

async function serve(t: TestContext): Promise<PostgresServer> {
  const server = await startPostgresServer({
    network: systemNetwork,
    at: { address: '127.0.0.1', port: 0 },
    clock: systemClock,
    random: systemRandom(),
    engine: createFakeEngine(),
    log: silentLog,
    authenticate: user => (user === 'everport' ? verifier : undefined),
    nodeNumber: 1,
    database: 'everport',
  })
  t.after(() => server.close())
  return server
}

function psql(
  t: TestContext,
  server: PostgresServer,
  args: string[],
  environment: Record<string, string> = {},
): { child: ChildProcess; done: Promise<Output> } {
  const child = spawn('psql', ['-X', ...args], {
    env: {
      PATH: process.env['PATH'] ?? '',
      LC_ALL: 'C.UTF-8',
      PGHOST: '127.0.0.1',
      PGPORT: String(server.at.port),
      PGUSER: 'everport',
      PGDATABASE: 'everport',
      PGPASSWORD: 'secret',
      ...environment,
    },
    timeout: deadlineMs,
  })
  t.after(() => child.kill('SIGKILL'))
  const [out, err]: [string[], string[]] = [[], []]
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk.toString()))
  const done = new Promise<Output>(resolve => {
    child.on('close', code => resolve({ code, out: out.join(''), err: err.join('') }))
  })
  return { child, done }
}

const run = (...args: Parameters<typeof psql>): Promise<Output> => psql(...args).done

test('psql logs in, queries, and shows a table', async t => {
  if (!requireTool(t, 'psql')) return
  const { out, code } = await run(t, await serve(t), ['-c', 'rows 2'])
  assert.equal(out, ' n | filler \n---+--------\n 1 | x\n 2 | x\n(2 rows)\n\n')
  assert.equal(code, 0)
})

test('psql in a script: transactions, settings, an error with its place', async t => {
  if (!requireTool(t, 'psql')) return
  const server = await serve(t)
  const commands = ['begin; rows 1; commit', 'show server_version', 'rows 1; unknown', '\\conninfo']
  const { out, err } = await run(t, server, ['-At', ...commands.flatMap(command => ['-c', command])])
  assert.match(
    out,
    /^BEGIN\n1\|x\nCOMMIT\n15\.10 \(Everport\)\n1\|x\nYou are connected to database "everport"/,
  )
  assert.match(err, /ERROR: {2}no such statement: unknown\nLINE 1: rows 1; unknown\n {16}\^/)
})

test('psql reads a hundred thousand rows, whole', async t => {
  if (!requireTool(t, 'psql')) return
  const { out } = await run(t, await serve(t), ['-At', '-c', 'rows 100000 of 50'])
  const filler = 'x'.repeat(50)
  assert.equal(out, Array.from({ length: 100_000 }, (_, i) => `${i + 1}|${filler}\n`).join(''))
})

test('psql is told of an error in the middle of a result', async t => {
  if (!requireTool(t, 'psql')) return
  const { out, err, code } = await run(t, await serve(t), ['-At', '-c', 'rows 100000 then fail'])
  assert.equal(out, '')
  assert.match(err, /ERROR: {2}division by zero/)
  assert.equal(code, 1)
})

test('psql with a wrong password, an unknown user, an unknown database, TLS required', async t => {
  if (!requireTool(t, 'psql')) return
  const server = await serve(t)
  const cases: [environment: Record<string, string>, expected: RegExp][] = [
    [{ PGPASSWORD: 'wrong' }, /FATAL: {2}password authentication failed for user "everport"/],
    [{ PGUSER: 'nobody' }, /FATAL: {2}password authentication failed for user "nobody"/],
    [{ PGDATABASE: 'other' }, /FATAL: {2}database "other" does not exist/],
    [{ PGSSLMODE: 'require' }, /server does not support SSL, but SSL was required/],
    [{ PGOPTIONS: '-c client_encoding=latin1' }, /invalid value for parameter "client_encoding"/],
    [{ PGOPTIONS: '-c statement_timeout=50ms' }, /canceling statement due to statement timeout/],
  ]
  for (const [environment, expected] of cases) {
    const { err, code } = await run(t, server, ['-c', 'hang'], environment)
    assert.match(err, expected)
    assert.notEqual(code, 0)
  }
})

test('Ctrl-C in psql cancels the query, and only that', async t => {
  if (!requireTool(t, 'psql')) return
  const server = await serve(t)
  const { child, done } = psql(t, server, ['-c', 'hang', '-c', 'rows 1'])
  await until(() => server.activeQueries() === 1)
  child.kill('SIGINT')
  const { err } = await done
  assert.match(err, /Cancel request sent/)
  assert.match(err, /ERROR: {2}canceling statement due to user request/)
})

test('psql sees that the server goes away', async t => {
  if (!requireTool(t, 'psql')) return
  const server = await serve(t)
  const { done } = psql(t, server, ['-c', 'hang'])
  await until(() => server.activeQueries() === 1)
  await server.drain(20)
  const { err, code } = await done
  assert.match(err, /FATAL: {2}terminating connection due to administrator command/)
  assert.equal(code, 2)
})

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + deadlineMs
  while (!isTrue()) {
    assert.ok(Date.now() < deadline)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
