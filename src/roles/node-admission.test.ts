import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { systemNetwork } from '../io/network.ts'
import { type AdmissionSettings, defaultAdmission } from '../resources/admission-settings.ts'
import type { NodeLimits } from '../resources/node-config.ts'
import { type NodeBench, nodeBench } from '../testing/node-bench.ts'
import { connectPgClient, type PgClient, type Received } from '../testing/pg-client.ts'
import { type NodeOptions, startNode } from './node.ts'

interface Rig extends NodeBench {
  client(user?: string): Promise<PgClient>
  metrics(): Promise<string>
  change(limits: Partial<NodeLimits>): Promise<void>
}

const limitsOf = (admission: Partial<AdmissionSettings>): { admission: AdmissionSettings } => ({
  admission: { ...defaultAdmission, ...admission },
})

async function rig(t: TestContext, limits: Partial<NodeLimits>, options: NodeOptions = {}): Promise<Rig> {
  const bench = await nodeBench({ limits })
  const node = await startNode(bench.context, options)
  t.after(async () => {
    await node.stop()
    bench.remove()
  })
  const web = `http://${node.web.address}:${node.web.port}`
  await until(async () => (await fetch(`${web}/health/ready`)).status === 200)
  return {
    ...bench,
    metrics: async () => await (await fetch(`${web}/metrics`)).text(),
    change: changed => bench.putInstance({ ...bench.config, limits: { ...bench.config.limits, ...changed } }),
    async client(user = 'app') {
      const client = await connectPgClient(systemNetwork, node.odbc)
      const heard = await client.logIn({ user, password: 'secret', database: 'demo' })
      if (error(heard) !== undefined) throw new Error(error(heard))
      return client
    },
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, 'waited too long')
    await wait(5)
  }
}

/** SQLSTATE and message of the first error. */
function error(heard: readonly Received[]): string | undefined {
  for (const message of heard) {
    if (message.kind !== 'ErrorResponse') continue
    const field = (wanted: string): string => message.fields.find(([name]) => name === wanted)?.[1] ?? ''
    return `${field('C')} ${field('M')}`
  }
  return undefined
}

function value(heard: readonly Received[]): string | undefined {
  for (const message of heard) if (message.kind === 'DataRow') return message.values[0]?.toString()
  return error(heard)
}

const endless = 'select count(*) from range(100000) a, range(100000) b, range(100000) c'

test('one at a time: the second waits, is told so, and runs when the first is cancelled', async t => {
  const { client, metrics } = await rig(t, limitsOf({ concurrentMax: 1 }))
  const [first, second] = [await client(), await client()]
  const running = first.query(`set statement_timeout = '4s'; ${endless}`)
  await until(async () =>
    (await metrics()).includes('everport_admission_queries{group="default",state="running"} 1'),
  )
  const heard = await second.query('select 42')
  assert.equal(value(heard), '42')
  const notice = heard.find(message => message.kind === 'NoticeResponse')
  assert.match(JSON.stringify(notice), /NOTICE.*the query waits for its turn.*0 before it in resource group/)
  assert.match(error(await running) ?? '', /^57014 .*statement timeout/)
  assert.match(await metrics(), /everport_admission_wait_seconds_count\{group="default"\} \d/)
})

test('beyond the queue, past the wait and past lock_timeout: each refused in its words', async t => {
  const { client, metrics } = await rig(t, limitsOf({ concurrentMax: 1, queuedMax: 1, waitMs: 2_000 }))
  const [first, second, third] = [await client(), await client(), await client()]
  const running = first.query(`set statement_timeout = '6s'; ${endless}`)
  await until(async () => (await metrics()).includes('state="running"} 1'))
  const waiting = second.query('select 1')
  await until(async () => (await metrics()).includes('state="waiting"} 1'))
  assert.equal(error(await third.query('select 1')), '53300 too many queries: the queue of this node is full')
  assert.equal(error(await waiting), '53300 too many queries: this one got no turn in time')
  const impatient = await second.query("set lock_timeout = '50ms'; select 1")
  assert.equal(error(impatient), '55P03 canceling statement due to lock timeout')
  assert.match(error(await running) ?? '', /^57014/)
  assert.equal(value(await second.query('select 2')), '2')
})

test('a query that waits is cancelled, and its place is free', async t => {
  const { client, metrics } = await rig(t, limitsOf({ concurrentMax: 1, queuedMax: 1 }))
  const [first, second, third] = [await client(), await client(), await client()]
  const running = first.query(`set statement_timeout = '4s'; ${endless}`)
  await until(async () => (await metrics()).includes('state="running"} 1'))
  assert.match(error(await second.query("set statement_timeout = '100ms'; select 1")) ?? '', /^57014/)
  const waits = third.query('select 3')
  assert.match(error(await running) ?? '', /^57014/)
  assert.equal(value(await waits), '3')
})

test('portals of one session share its turn: it does not wait for itself', async t => {
  const { client } = await rig(t, limitsOf({ concurrentMax: 1 }))
  const one = await client()
  const parse = (name: string): Parameters<PgClient['send']>[0] => ({
    kind: 'Parse',
    name,
    text: 'select i from range(5000) r(i)',
    parameterTypeOids: [],
  })
  const run = (name: string, rowsMax: number): Parameters<PgClient['send']> => [
    { kind: 'Bind', portal: name, statement: name, parameterFormats: [], parameters: [], resultFormats: [] },
    { kind: 'Execute', portal: name, rowsMax },
  ]
  one.send(parse('a'), parse('b'), ...run('a', 10), ...run('b', 10), ...run2('a'), { kind: 'Sync' })
  const heard = await one.until('ReadyForQuery')
  assert.equal(error(heard), undefined)
  assert.equal(heard.filter(({ kind }) => kind === 'DataRow').length, 30)
  const other = await client()
  assert.equal(
    value(await other.query('select 7')),
    '7',
    'with the transaction the portals have gone, and so has the turn',
  )
})

const run2 = (name: string): Parameters<PgClient['send']> => [{ kind: 'Execute', portal: name, rowsMax: 10 }]

test('limits change while the node runs', async t => {
  const { client, metrics, change } = await rig(t, { connectionsMax: 3, ...limitsOf({ concurrentMax: 1 }) })
  const [first, second, third] = [await client(), await client(), await client()]
  await assert.rejects(client(), /53300 sorry, too many clients already/)
  const running = first.query(`set statement_timeout = '5s'; ${endless}`)
  await until(async () => (await metrics()).includes('state="running"} 1'))
  const waiting = second.query('select 1')
  await until(async () => (await metrics()).includes('state="waiting"} 1'))
  await change({
    connectionsMax: 5,
    ...limitsOf({ concurrentMax: 2, timeouts: { ...defaultAdmission.timeouts, statementMs: 90_000 } }),
  })
  assert.equal(value(await waiting), '1')
  assert.equal(value(await third.query('show statement_timeout')), '0', 'a session keeps what it began with')
  const fourth = await client()
  assert.equal(value(await fourth.query('show statement_timeout')), '90s')
  assert.match(error(await running) ?? '', /^57014/)
})

test('a role has bounds and defaults of its own', async t => {
  const bench = await rig(
    t,
    limitsOf({
      roles: [
        {
          role: 'bi',
          connectionsMax: 1,
          concurrentMax: 1,
          queuedMax: 0,
          timeouts: { statementMs: 300, idleSessionMs: 60_000 },
        },
      ],
    }),
  )
  await bench.putUser('bi', 'secret')
  let bi: PgClient | undefined
  await until(async () => {
    bi = await bench.client('bi').catch(() => undefined)
    return bi !== undefined
  })
  await assert.rejects(bench.client('bi'), /53300 too many connections for role "bi"/)
  assert.match(
    error((await bi?.query(endless)) ?? []) ?? '',
    /^57014 canceling statement due to statement timeout/,
  )
  assert.equal(value((await bi?.query('show idle_session_timeout')) ?? []), '1min')
  assert.equal(value(await (await bench.client()).query('show statement_timeout')), '0')
})

test('a client that is silent too long is told why it goes', async t => {
  const { client } = await rig(t, limitsOf({}))
  const [idle, inBlock] = [await client(), await client()]
  await idle.query("set idle_session_timeout = '100ms'")
  assert.equal(error(await idle.until('closed')), '57P05 terminating connection due to idle-session timeout')
  await inBlock.query("set idle_in_transaction_session_timeout = '100ms'; begin")
  assert.equal(
    error(await inBlock.until('closed')),
    '25P03 terminating connection due to idle-in-transaction timeout',
  )
})

test('past the bound of memory a large query is ended, and the others go on', async t => {
  const { client, metrics } = await rig(t, {
    memoryLimitMegabytes: 80,
    ...limitsOf({ memorySoftPercent: 100, query: { memoryMegabytes: 79, spillMegabytes: 4_096 } }),
  })
  const [old, young] = [await client(), await client()]
  const sorts = 'select i from range(2000000) r(i) order by hash(i)'
  const held = (one: PgClient): Promise<Received[]> => {
    one.send(
      { kind: 'Parse', name: '', text: sorts, parameterTypeOids: [] },
      { kind: 'Bind', portal: '', statement: '', parameterFormats: [], parameters: [], resultFormats: [] },
      { kind: 'Execute', portal: '', rowsMax: 1 },
      { kind: 'Flush' },
    )
    return one.until('PortalSuspended', 'ErrorResponse')
  }
  const first = held(old)
  assert.equal(error(await first), undefined)
  const second = error(await held(young))
  await until(async () => /everport_memory_cancelled_total\{group="default"\} 1/.test(await metrics()))
  // Who is ended while it sorts hears of it at once, else when it asks for its next row.
  const ask = async (one: PgClient): Promise<string | number> => {
    one.send({ kind: 'Execute', portal: '', rowsMax: 5 }, { kind: 'Sync' })
    const rest = await one.until('ReadyForQuery')
    return error(rest) ?? rest.filter(({ kind }) => kind === 'DataRow').length
  }
  const ended = '53200 canceling statement because the memory of this node runs out'
  const said = [await ask(old), second ?? (await ask(young))]
  assert.deepEqual(new Set(said), new Set([5, ended]))
})

test('a process that holds more than twice what it may: the clients are told, and it ends', async t => {
  let heldBytes = 0
  const whys: unknown[] = []
  const { client } = await rig(t, {}, { processBytes: () => heldBytes, die: why => void whys.push(why) })
  const pg = await client()
  const running = pg.query(endless)
  heldBytes = 2 * (256 + 512) * 1024 * 1024
  assert.equal(value(await (await client()).query('select 7')), '7')
  heldBytes++
  assert.match(error(await running) ?? '', /^57P01 /)
  await until(() => whys.length > 0)
  assert.match(String(whys[0]), /memory of this node is exhausted/)
})
