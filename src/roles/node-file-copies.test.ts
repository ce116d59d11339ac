import assert from 'node:assert/strict'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { systemClock } from '../io/clock.ts'
import { systemNetwork } from '../io/network.ts'
import { nodeBench } from '../testing/node-bench.ts'
import { connectPgClient, type Received } from '../testing/pg-client.ts'
import { startNode } from './node.ts'

const deadlineMs = 60_000

type Asker = (statement: string) => Promise<string[]>

interface Rig {
  path(name: string): string
  as(user: string): Promise<Asker>
  /** Asks until the answer came from copies, as the metrics tell. */
  fromCopies(asker: Asker, statement: string): Promise<string[]>
  metric(name: string): Promise<number>
}

async function rig(t: TestContext): Promise<Rig> {
  const bench = await nodeBench({ limits: { memoryLimitMegabytes: 512 } })
  const path = (name: string): string => join(bench.folder, name)
  writeFileSync(path('people.csv'), 'id,name,region\n1,ann,eu\n2,bob,us\n3,cem,eu\n')
  writeFileSync(path('regions.json'), '[{"region":"eu"}]')
  bench.writeCatalog(
    'catalog.sql',
    `CREATE VIEW people AS FROM 'people.csv'; CREATE VIEW regions AS FROM 'regions.json';
     CREATE VIEW names AS SELECT id, name FROM people;`,
  )
  const node = await startNode(bench.context, { wallMs: () => Date.now() + 60_000 })
  t.after(async () => {
    await node.stop()
    bench.remove()
  })
  const metric = async (name: string): Promise<number> => {
    const { address, port } = node.web
    const page = await (await fetch(`http://${address}:${port}/metrics`)).text()
    const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1]
    assert.ok(found !== undefined, page)
    return Number(found)
  }
  return {
    path,
    metric,
    async as(user) {
      const client = await connectPgClient(systemNetwork, node.odbc)
      await client.logIn({ user, password: 'secret', database: 'demo' })
      return async statement => answerOf(await client.query(statement))
    },
    async fromCopies(asker, statement) {
      const until = systemClock.now() + deadlineMs
      for (;;) {
        const before = await metric('everport_file_copy_reads_total')
        const rows = await asker(statement)
        if ((await metric('everport_file_copy_reads_total')) > before) return rows
        assert.ok(systemClock.now() < until, `never read from a copy: ${statement}`)
        await turn()
      }
    },
  }
}

/** Rows as text, values joined by |, or SQLSTATE and message. */
function answerOf(heard: readonly Received[]): string[] {
  return heard.flatMap(message => {
    if (message.kind === 'DataRow') return [message.values.map(value => value?.toString() ?? '').join('|')]
    if (message.kind !== 'ErrorResponse') return []
    const field = (wanted: string): string => message.fields.find(([name]) => name === wanted)?.[1] ?? ''
    return [`${field('C')} ${field('M')}`]
  })
}

test('each role reads of a copy what it may read of the file, and a policy sees its own files as they are', async t => {
  const { path, as, fromCopies, metric } = await rig(t)
  const admin = await as('app')
  for (const statement of [
    "create role eve login password 'secret'",
    "create role max login password 'secret'",
    "create role nil login password 'secret'",
    'grant select on people to eve',
    'grant select (id) on people to max',
    'create policy own on people to eve using (region in (select region from regions))',
    'create policy every on people to max using (true)',
  ])
    await admin(statement)
  const [eve, max, nil] = [await as('eve'), await as('max'), await as('nil')]
  const count = 'select count(*), max(name) from people'
  const refused = await max(count)
  assert.match(refused[0] ?? '', /^42501 /)
  assert.deepEqual(await fromCopies(admin, count), ['3|cem'])
  assert.deepEqual(await fromCopies(eve, count), ['2|cem'])
  assert.deepEqual(await fromCopies(max, 'select sum(id) from people'), ['6'])
  assert.deepEqual(await max(count), refused)
  assert.match((await nil('select count(id) from people'))[0] ?? '', /^42501 /)
  assert.deepEqual(await fromCopies(admin, 'select max(name) from names'), ['cem'])
  // Only the policy names it.
  writeFileSync(path('regions.json'), '[{"region":"us"}]')
  assert.deepEqual(await eve(count), ['1|bob'])
  await admin('drop policy own on people')
  await admin("create policy own on people to eve using (name = 'ann')")
  assert.deepEqual(await fromCopies(eve, count), ['1|ann'])
  await admin('revoke select on people from eve')
  assert.match((await eve(count))[0] ?? '', /^42501 /)
  assert.ok((await metric('everport_file_copy_bytes')) > 0)
})

test('statements of a transaction see the file as it is when each of them begins, and a lost file is an error', async t => {
  const { path, as, fromCopies } = await rig(t)
  const admin = await as('app')
  const count = 'select count(*) from people'
  await fromCopies(admin, count)
  await admin('begin')
  assert.deepEqual(await admin(count), ['3'])
  writeFileSync(path('new.csv'), 'id,name,region\n1,ann,eu\n')
  renameSync(path('new.csv'), path('people.csv'))
  assert.deepEqual(await admin(count), ['1'])
  rmSync(path('people.csv'))
  assert.match((await admin(count))[0] ?? '', /^42501 Cannot access file /)
  assert.deepEqual(await admin('rollback'), [])
})
