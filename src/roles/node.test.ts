import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { requireTool } from '../../test/required-tool.ts'
import { systemNetwork } from '../io/network.ts'
import { roleKey } from '../resources/access.ts'
import { type NodeStatus, nodeStatusKey } from '../resources/status.ts'
import { refusal } from '../testing/engine-session.ts'
import { instanceId, type NodeBench, nodeBench } from '../testing/node-bench.ts'
import { connectPgClient, type PgClient, type Received } from '../testing/pg-client.ts'
import { type RunningNode, startNode } from './node.ts'

interface Started extends NodeBench {
  readonly node: RunningNode
  status(): NodeStatus | undefined
  heartbeat(): number
  client(password?: string): Promise<PgClient>
}

async function started(t: TestContext, options: Parameters<typeof nodeBench>[0] = {}): Promise<Started> {
  const bench = await nodeBench(options)
  const node = await startNode(bench.context)
  t.after(async () => {
    await node.stop()
    bench.remove()
  })
  const web = `http://${node.web.address}:${node.web.port}`
  await until(async () => (await fetch(`${web}/health/ready`)).status === 200)
  return {
    ...bench,
    node,
    status: () => bench.store.read().get<NodeStatus>(nodeStatusKey(instanceId))?.value,
    heartbeat: () => bench.store.heartbeats.last(nodeStatusKey(instanceId))?.heartbeat ?? 0,
    async client(password = 'secret') {
      const client = await connectPgClient(systemNetwork, node.odbc)
      const heard = await client.logIn({ user: 'app', password, database: 'demo' })
      const error = sqlState(heard)
      if (error !== undefined) throw new Error(error)
      return client
    },
  }
}

/** Waits on the condition, not on time; gives up after a minute. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, 'waited too long')
    await wait(5)
  }
}

function sqlState(heard: readonly Received[]): string | undefined {
  for (const message of heard) {
    if (message.kind === 'ErrorResponse') return message.fields.find(([field]) => field === 'C')?.[1]
  }
  return undefined
}

function firstValue(heard: readonly Received[]): string | undefined {
  for (const message of heard) if (message.kind === 'DataRow') return message.values[0]?.toString()
  return undefined
}

const longQuery = 'select count(*) from range(100000) a, range(100000) b, range(100000) c'

test('psql logs in, reads a view, is told errors, and a broken stream is an error', async t => {
  if (!requireTool(t, 'psql')) return
  const { node } = await started(t)
  const psql = async (...commands: string[]): Promise<{ stdout: string; stderr: string; code: number }> => {
    const where = `host=${node.odbc.address} port=${node.odbc.port} user=app dbname=demo connect_timeout=10`
    const args = [where, '-AtX', ...commands.flatMap(command => ['-c', command])]
    const env = { ...process.env, PGPASSWORD: 'secret', PGSSLMODE: 'prefer' }
    const maxBuffer = 64 * 1024 * 1024
    return await promisify(execFile)('psql', args, { env, maxBuffer }).then(
      found => ({ ...found, code: 0 }),
      (error: { stdout: string; stderr: string; code: number }) => error,
    )
  }
  assert.deepEqual(await psql('select * from hello', 'select 7 / 2, null, true'), {
    stdout: 'hello\n3||t\n',
    stderr: '',
    code: 0,
  })
  const wrong = await psql('select nosuch from hello')
  assert.equal(wrong.code, 1)
  assert.match(
    wrong.stderr,
    /ERROR: {2}column "nosuch" does not exist\nLINE 1: select nosuch from hello\n {15}\^/,
  )
  const broken = await psql(
    "select case when i = 900000 then error('broken') else i::text end from range(1000000) t(i)",
  )
  assert.equal(broken.code, 1)
  assert.match(broken.stderr, /ERROR: {2}broken/)
  const all = await psql('select i, i * 2 from range(100000) t(i)')
  assert.equal(all.stdout.trimEnd().split('\n').length, 100_000)
})

test('who may log in is what the store says, also while the node runs', async t => {
  const { client, putUser, store } = await started(t)
  const first = await client()
  await assert.rejects(client('wrong'), /28P01/)
  await putUser('app', 'changed')
  await until(() =>
    client('changed').then(
      () => true,
      () => false,
    ),
  )
  await assert.rejects(client('secret'), /28P01/)
  await store.commit([], [{ key: roleKey('app'), value: undefined }])
  await until(() =>
    client('changed').then(
      () => false,
      () => true,
    ),
  )
  assert.equal(firstValue(await first.query('select 1')), '1', 'who is in stays in')
  assert.equal(sqlState(await first.query('select * from hello')), '42501', 'but who is nobody reads nothing')
})

test('another database does not exist', async t => {
  const { node } = await started(t)
  const client = await connectPgClient(systemNetwork, node.odbc)
  assert.equal(sqlState(await client.logIn({ user: 'app', password: 'secret', database: 'other' })), '3D000')
})

test('the node tells how it is, and tells changes at once', async t => {
  const { client, status, heartbeat, node } = await started(t)
  await until(() => status()?.ready === true)
  const before = heartbeat()
  await until(() => heartbeat() > before + 1)
  const one = await client()
  one.send({ kind: 'Query', text: longQuery })
  await until(() => status()?.activeQueries === 1 && status()?.sessions === 1)
  const metrics = await (await fetch(`http://${node.web.address}:${node.web.port}/metrics`)).text()
  assert.match(metrics, /^everport_sessions 1$/m)
  assert.match(metrics, /^everport_active_queries 1$/m)
  assert.match(metrics, /^everport_ready 1$/m)
  assert.match(metrics, /^everport_build_info\{.*engine="duckdb".*\} 1$/m)
  one.connection.destroy()
  await until(() => status()?.activeQueries === 0 && status()?.sessions === 0)
})

test('a drain lets what runs finish, takes nobody new, and says so first', async t => {
  const { client, node, status } = await started(t, { limits: { drainTimeoutMs: 30_000 } })
  const one = await client()
  // Runs for about a second, so that it is still at work when the drain begins.
  one.send({
    kind: 'Query',
    text: 'select count(*) from range(300000000) t(i) where i % 7 = 1',
  })
  await until(() => status()?.activeQueries === 1)
  const stopping = node.stop()
  await until(() => status()?.ready === false && status()?.reason === 'draining')
  const ready = await fetch(`http://${node.web.address}:${node.web.port}/health/ready`)
  assert.equal(ready.status, 503)
  await assert.rejects(systemNetwork.connect(node.odbc, { timeoutMs: 1_000 }), /refused/)
  const heard = await one.until('ReadyForQuery', 'closed')
  assert.equal(sqlState(heard), undefined)
  assert.match(firstValue(heard) ?? '', /^\d+$/)
  await stopping
})

test('what outlasts the drain is ended with 57P01', async t => {
  const { client, node, status } = await started(t, { limits: { drainTimeoutMs: 100 } })
  const one = await client()
  one.send({ kind: 'Query', text: longQuery })
  await until(() => status()?.activeQueries === 1)
  const stopping = node.stop()
  assert.equal(sqlState(await one.until('closed')), '57P01')
  await stopping
})

test('the node goes on without its store', async t => {
  const bench = await nodeBench()
  const gone = (): never => {
    throw new Error('disk gone')
  }
  let isGone = false
  const context = {
    ...bench.context,
    store: {
      ...bench.store,
      read: () => (isGone ? gone() : bench.store.read()),
      watch: bench.store.watch.bind(bench.store),
      commit: (...args: Parameters<typeof bench.store.commit>) =>
        isGone ? Promise.reject(new Error('disk gone')) : bench.store.commit(...args),
    },
  }
  const node = await startNode(context)
  t.after(async () => {
    await node.stop()
    bench.remove()
  })
  isGone = true
  const client = await connectPgClient(systemNetwork, node.odbc)
  await client.logIn({ user: 'app', password: 'secret', database: 'demo' })
  assert.equal(firstValue(await client.query('select * from hello')), 'hello')
  const web = `http://${node.web.address}:${node.web.port}`
  await until(async () => (await fetch(`${web}/health/ready`)).status === 200)
  client.connection.destroy()
})

test('another catalog file in the instance document is served to new sessions', async t => {
  const { client, config, putInstance, writeCatalog } = await started(t)
  const old = await client()
  await putInstance({
    ...config,
    catalogFile: writeCatalog('next.sql', "CREATE VIEW hello AS SELECT 'again' AS word;"),
  })
  await until(async () => firstValue(await (await client()).query('select * from hello')) === 'again')
  assert.equal(firstValue(await old.query('select * from hello')), 'hello')
  await putInstance({ ...config, catalogFile: writeCatalog('broken.sql', 'CREATE VIEW hello AS SELEC') })
  assert.equal(firstValue(await (await client()).query('select * from hello')), 'again')
})

test('a node that cannot start says why', async t => {
  const bench = await nodeBench({ catalog: 'CREATE VIEW v AS SELECT nosuch;' })
  t.after(() => bench.remove())
  assert.equal((await refusal(startNode(bench.context))).code, 'invalid_input')
  assert.equal((await refusal(startNode({ ...bench.context, roleName: 'node-x' }))).code, 'not_found')
  const good = await started(t)
  const taken = { ...good.config, ports: { ...good.config.ports, odbc: good.node.odbc.port } }
  await bench.putInstance({ ...taken, catalogFile: bench.writeCatalog('good.sql', '') })
  assert.equal((await refusal(startNode(bench.context))).code, 'address_in_use')
})

test('health checks are answered while queries keep the engine busy and thousands of connections idle', {
  timeout: 120_000,
}, async t => {
  const { client, node, status } = await started(t)
  const idle: Socket[] = []
  t.after(() => idle.forEach(socket => socket.destroy()))
  for (let batch = 0; batch < 50; batch++) {
    const sockets = Array.from({ length: 100 }, () =>
      connect(node.odbc.port, node.odbc.address).on('error', () => undefined),
    )
    idle.push(...sockets)
    await Promise.all(sockets.map(socket => once(socket, 'connect')))
  }
  const busy = await Promise.all([client(), client()])
  for (const one of busy) one.send({ kind: 'Query', text: longQuery })
  await until(() => status()?.activeQueries === 2)
  const web = `http://${node.web.address}:${node.web.port}/health/ready`
  for (let i = 0; i < 50; i++) assert.equal((await fetch(web)).status, 200)
  const another = await client()
  assert.equal(firstValue(await another.query('select * from hello')), 'hello')
  for (const one of [...busy, another]) one.connection.destroy()
})
