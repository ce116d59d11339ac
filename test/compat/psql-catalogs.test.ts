import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { requireTool } from '../required-tool.ts'
import { startEverportSql } from './everport-server.ts'
import { startReferencePostgres } from './postgres-server.ts'

const run = promisify(execFile)

/** What psql shows is the same but for who owns it, and for views as the engine writes them. */
const commands = String.raw`
\d
\d people
\d orders
\d public.people
\dv
\dv+
\dv p*
\dt
\dtS
\di
\dm
\ds
\dn
\df
\da
\dT
\dp
\z
\dew
\des
\det
\dRp
\dRs
\dP
\dX
\dy
\dD
\ddp
\drds
\do
\dl
\dc
\db`
  .trim()
  .split('\n')

/** Whose rows are our own, but which must run. */
const answered = String.raw`
\l
\l+
\du
\dg
\d+ people
\sv people
\dL
\dx
\dC
\dd
\dA
\d pg_class
\dfS *recv
\dTS int4
\dn+`
  .trim()
  .split('\n')

test('psql shows what is there as it shows it of PostgreSQL', { timeout: 120_000 }, async t => {
  if (!requireTool(t, 'postgres') || !requireTool(t, 'psql')) return
  const views = `${readFileSync('test/compat/postgres-corpus/views.sql', 'utf8')}
    comment on view people is 'who we know'; comment on column people.id is 'their number';`
  const [reference, everport] = await Promise.all([startReferencePostgres(t), startEverportSql(t, views)])
  const setup = await reference.connect()
  await setup.queryAll(views)
  setup.close()
  /** What each command shows, all of them in one session. */
  const shown = async (server: typeof reference | typeof everport): Promise<string[]> => {
    const { at, user, password, database } = server
    const script = [...commands, ...answered].flatMap(command => ['-c', '\\echo ----', '-c', command])
    const args = ['-h', at.address, '-p', String(at.port), '-U', user, '-d', database, '-X', '-A', ...script]
    const env = { ...process.env, PGPASSWORD: password, LC_ALL: 'C.UTF-8' }
    const { stdout, stderr } = await run('psql', args, { env })
    // What is not there is told beside the output.
    assert.equal(stderr.replaceAll(/Did not find any (relations|settings)\.\n/g, ''), '')
    return stdout.replaceAll(user, 'owner').split('----\n').slice(1)
  }
  const [theirs, ours] = await Promise.all([shown(reference), shown(everport)])
  assert.equal(ours.length, commands.length + answered.length)
  for (const [i, command] of commands.entries()) {
    // The owner of schema public is a role of its own there.
    assert.equal(ours[i], theirs[i]?.replaceAll('pg_database_owner', 'owner'), command)
  }
  for (const [i, command] of answered.entries())
    assert.ok((ours[commands.length + i] ?? '').length > 20, command)
})
