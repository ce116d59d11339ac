import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemNetwork } from '../io/network.ts'
import { defaultAdmission } from '../resources/admission-settings.ts'
import { nodeBench } from '../testing/node-bench.ts'
import { connectPgClient, type PgClient, type Received } from '../testing/pg-client.ts'
import { startNode } from './node.ts'

/** Rows as text, or the SQLSTATE. */
function answerOf(heard: readonly Received[]): string[] {
  const refused = heard.find(message => message.kind === 'ErrorResponse')
  if (refused?.kind === 'ErrorResponse') return [refused.fields.find(([field]) => field === 'C')?.[1] ?? '']
  return heard.flatMap(message =>
    message.kind === 'DataRow' ? [message.values.map(value => value?.toString() ?? '').join('|')] : [],
  )
}

test('who runs and waits is shown, to each his own; an admin ends queries and sessions', async t => {
  const bench = await nodeBench({ limits: { admission: { ...defaultAdmission, concurrentMax: 2 } } })
  const node = await startNode(bench.context)
  t.after(async () => {
    await node.stop()
    bench.remove()
  })
  const logIn = async (user: string): Promise<PgClient> => {
    const client = await connectPgClient(systemNetwork, node.odbc)
    await client.logIn({ user, password: 'secret', database: 'demo' })
    return client
  }
  const admin = await logIn('app')
  const ask = async (client: PgClient, statement: string): Promise<string[]> =>
    answerOf(await client.query(statement))
  await ask(admin, "create user bob password 'secret'")
  const [bob, other] = [await logIn('bob'), await logIn('app')]
  const endless = 'select count(*) from range(100000) a, range(100000) b, range(100000) c'
  const generated =
    'select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b, generate_series(1, 1000) c'
  const running = bob.query(generated)
  for (;;) {
    const [count] = await ask(
      admin,
      "select count(*) from everport.queries where usename = 'bob' and state = 'running'",
    )
    if (count === '1') break
  }
  assert.deepEqual(
    await ask(admin, "select usename, resource_group, query from everport.queries where usename = 'bob'"),
    [`bob|default|${generated}`],
  )
  assert.deepEqual(
    await ask(admin, 'select usename, count(*) from everport.sessions group by 1 order by 1'),
    ['app|2', 'bob|1'],
  )
  assert.deepEqual(
    await ask(admin, 'select scope, concurrent_max, running, connections from everport.limits'),
    ['node|2|2|3'],
  )
  const [pid = ''] = await ask(admin, "select pid from everport.queries where usename = 'bob'")
  assert.deepEqual(await ask(other, `select pg_cancel_backend(${pid})`), ['t'])
  assert.deepEqual(answerOf(await running), ['57014'])
  assert.deepEqual(await ask(bob, 'select usename from everport.sessions'), ['bob'], 'nobody but himself')
  const [mine = ''] = await ask(admin, "select min(pid) from everport.sessions where usename = 'app'")
  assert.deepEqual(await ask(bob, `select pg_terminate_backend(${mine})`), ['42501'])
  assert.deepEqual(await ask(admin, `select pg_terminate_backend(${pid})`), ['t'])
  assert.ok((await bob.until('closed')).some(message => JSON.stringify(message).includes('57P01')))
  assert.deepEqual(await ask(admin, 'select pg_cancel_backend(7)'), ['f'])
  const byTool = (number: string) =>
    `select pg_terminate_backend(pid) from pg_stat_activity where pid = '${number}'`
  assert.deepEqual(await ask(admin, byTool('7')), ['f'])
  assert.deepEqual(await ask(admin, 'select pg_cancel_backend(pid) from pg_stat_activity'), ['0A000'])
  const gone = other.query(endless)
  other.connection.destroy()
  await gone
})
