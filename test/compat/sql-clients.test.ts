import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { silentLog } from '../../src/base/log.ts'
import type { Endpoint } from '../../src/base/network.ts'
import { systemClock } from '../../src/io/clock.ts'
import { ensureLocalAuthority, ensureServerCertificate } from '../../src/io/local-authority.ts'
import { watchTlsFiles } from '../../src/io/tls-files.ts'
import { requireTool } from '../required-tool.ts'
import { startEverportSql } from './everport-server.ts'
import { startReferencePostgres } from './postgres-server.ts'
import { type ClientProgram, clientPrograms, missingFor } from './sql-clients/client-programs.ts'

const deadlineMs = 240_000

/** The same view on both sides. */
const shapes = `create view shapes as
  select * from (values
    (1::int4, 'triangle'::text, 3::int8, 0.5::float8, date '2024-01-01', true),
    (2, 'square', 4, 1.0, date '2024-02-01', false),
    (3, 'pentagon', 5, 1.72, date '2024-02-29', null)
  ) as v(id, name, sides, area, since, regular)`

interface Server {
  readonly at: Endpoint
  readonly user: string
  readonly password: string
  readonly database: string
}

test('clients that others wrote see of a node what they see of PostgreSQL', async t => {
  if (!requireTool(t, 'postgres')) return
  const folder = mkdtempSync(join(tmpdir(), 'everport-clients-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  await ensureLocalAuthority(folder, new Date())
  const files = await ensureServerCertificate(folder, { name: 'node', names: ['localhost'] }, new Date())
  const watched = watchTlsFiles({ ...files, clientAuthoritiesFile: undefined }, systemClock, silentLog)
  t.after(() => watched.stop())
  const postgres = await startReferencePostgres(t, { tls: files })
  const connection = await postgres.connect()
  await connection.query(shapes)
  connection.close()
  const everport = await startEverportSql(t, `${shapes};\n`, {
    policy: { mode: 'offered', clientCertificates: 'off', users: new Map() },
    identity: watched.current,
  })
  for (const client of clientPrograms) {
    await t.test(client.name, async subtest => {
      const missing = missingFor(client)
      if (missing.length > 0) {
        const reason = `needs ${missing.join(', ')} (${client.origin}; .ci/run installs it)`
        if (process.env['EVERPORT_REQUIRE_TOOLS'] === '1') throw new Error(reason)
        subtest.skip(reason)
        return
      }
      if (client.command === 'java' && !requireTool(subtest, 'java')) return
      const [ours, theirs] = [await run(subtest, client, everport), await run(subtest, client, postgres)]
      assert.ok(theirs.size > 3 && !String(theirs.get('connect')).includes('error'), [...theirs].join('\n'))
      const differences = [...theirs]
        .filter(([step, told]) => ours.get(step) !== told && !isKnown(step))
        .map(([step, told]) => `${step}\n  PostgreSQL  ${told}\n  Everport    ${ours.get(step)}`)
      assert.equal(differences.join('\n'), '')
      assert.equal(ours.size, theirs.size)
    })
  }
})

/** Differences that are meant, with their reason. */
const known: readonly { readonly step: RegExp; readonly why: string }[] = [
  {
    step: /^value varchar/,
    why: 'the engine keeps no length with a text: varchar is described as text, OID 25 instead of 1043',
  },
]

function isKnown(step: string): boolean {
  return known.some(each => each.step.test(step))
}

/** What each step told. */
async function run(t: TestContext, client: ClientProgram, server: Server): Promise<Map<string, string>> {
  const child = spawn(client.command, client.args, {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '/tmp',
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
      PGHOST: server.at.address,
      PGPORT: String(server.at.port),
      PGUSER: server.user,
      PGPASSWORD: server.password,
      PGDATABASE: server.database,
    },
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
  })
  t.after(() => child.kill('SIGKILL'))
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  await new Promise(resolve => child.on('close', resolve))
  const steps = out
    .split('\n')
    .filter(line => line.includes('\t'))
    .map(line => line.split('\t', 2) as [string, string])
  assert.ok(steps.length > 0, `${client.name} told nothing: ${err}`)
  return new Map(steps)
}
