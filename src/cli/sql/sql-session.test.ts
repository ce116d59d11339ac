import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectError } from '../../base/network.ts'
import { seededRandom } from '../../base/random.ts'
import { connectByName } from '../../sql/client/connect-by-name.ts'
import type { BackendMessage } from '../../sql/pgwire/messages/backend.ts'
import { SimulatedClock } from '../../testing/clock.ts'
import { type Script, type ScriptedPeer, scriptedNetwork } from '../../testing/scripted-server.ts'
import { overPostgres } from './over-postgres.ts'
import { SqlSession } from './sql-session.ts'

const done = (tag: string, status: 'I' | 'T' = 'I'): BackendMessage[] => [
  { kind: 'CommandComplete', tag },
  { kind: 'ReadyForQuery', status },
]
const rowOf = (name: string, value: string): BackendMessage[] => [
  { kind: 'RowDescription', fields: [{ name, typeOid: 25, typeSize: -1, typeModifier: -1, format: 0 }] },
  { kind: 'DataRow', values: [Buffer.from(value)] },
]

/** A node by its behaviour at a statement; `show everport.node` answers its name. */
function node(name: string, onQuery: (text: string, peer: ScriptedPeer) => void): Script {
  return (message, peer) => {
    if (message.kind === 'StartupMessage')
      peer.send(
        { kind: 'AuthenticationOk' },
        { kind: 'BackendKeyData', processId: 1, secret: Buffer.from('0002') },
        { kind: 'ReadyForQuery', status: 'I' },
      )
    if (message.kind !== 'Query') return
    if (message.text === 'show everport.node') peer.send(...rowOf('everport.node', name), ...done('SHOW'))
    else if (message.text === 'begin') peer.send(...done('BEGIN', 'T'))
    else onQuery(message.text, peer)
  }
}
const answers = (name: string): Script =>
  node(name, (_, peer) => peer.send(...rowOf('n', name), ...done('SELECT 1')))

/** Two addresses: every connect goes to the first of them that has a server now. */
function setUp(servers: Record<string, Script | undefined>, onIdleLoss: () => void = () => undefined) {
  const clock = new SimulatedClock()
  const said: string[] = []
  let resolved = 0
  const network = scriptedNetwork(at => {
    const script = servers[at.address]
    if (script === undefined) throw new ConnectError('refused', at)
    return script
  })
  const session = new SqlSession({
    open: async onLost =>
      overPostgres(
        await connectByName({
          network,
          clock,
          random: { uint32: () => 0xffffffff },
          name: 'data.demo.test',
          port: 9996,
          resolve: async () => {
            resolved++
            return Object.keys(servers)
          },
          user: 'ada',
          password: '',
          database: 'demo',
          applicationName: 'test',
          attemptTimeoutMs: 1000,
          onLost,
        }),
      ),
    clock,
    random: seededRandom(1),
    say: line => said.push(line),
    reconnectForMs: 30_000,
  })
  session.onIdleLoss = onIdleLoss
  const shown: string[] = []
  const run = (statement: string) =>
    session.run(statement, () => ({
      columns: () => undefined,
      rows: async rows => void shown.push(...rows.map(row => row.join())),
      complete: async tag => void shown.push(tag),
    }))
  return { session, clock, said, shown, run, resolvedCount: () => resolved }
}

/** Lets simulated time pass until `promise` has settled; the outcome. */
async function settle(clock: SimulatedClock, promise: Promise<unknown>): Promise<unknown> {
  const outcomes: unknown[] = []
  promise.then(
    () => outcomes.push(undefined),
    (error: unknown) => outcomes.push(error),
  )
  for (let i = 0; i < 10_000 && outcomes.length === 0; i++) await clock.advanceAsync(10)
  assert.equal(outcomes.length, 1, 'did not settle')
  return outcomes[0]
}

async function pass(clock: SimulatedClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10) await clock.advanceAsync(10)
}

test('a read that had shown nothing runs again on another node, and says so', async () => {
  const servers: Record<string, Script | undefined> = { '127.0.1.2': undefined }
  servers['127.0.1.1'] = node('active-a-1', (_, peer) => {
    servers['127.0.1.1'] = undefined
    servers['127.0.1.2'] = answers('active-b-1')
    peer.reset()
  })
  const { session, clock, said, shown, run, resolvedCount } = setUp(servers)
  await session.connect()
  assert.equal(session.nodeName, 'active-a-1')
  assert.equal(await settle(clock, run('select n')), undefined)
  assert.deepEqual(shown, ['active-b-1', 'SELECT 1'])
  assert.equal(said[0], 'connection to 127.0.1.1 (node active-a-1) lost; reconnecting …')
  assert.match(
    said[1] ?? '',
    /^connected to 127\.0\.1\.2 \(node active-b-1\) after \d+ ms; the transaction or settings of the old session are gone$/,
  )
  assert.equal(said[2], 'running the statement again')
  assert.equal(resolvedCount(), 2)
})

test('a statement that kills every node it meets runs twice, not on', async () => {
  let deaths = 0
  const killer = node('x', (_, peer) => {
    deaths++
    peer.reset()
  })
  const { session, clock, run } = setUp({ '127.0.1.1': killer })
  await session.connect()
  assert.ok((await settle(clock, run('select crash()'))) instanceof Error)
  assert.equal(deaths, 2)
})

test('what may have been done is not done again', async () => {
  for (const [statement, fate] of [
    ['insert into t values (1)', /nobody knows whether it was done/],
    ['select partial', /the result is not complete/],
  ] as const) {
    let runs = 0
    const { session, clock, run } = setUp({
      '127.0.1.1': node('a', (text, peer) => {
        runs++
        if (text === 'select partial') peer.send(...rowOf('n', '1'))
        peer.reset()
      }),
    })
    await session.connect()
    assert.match(String(await settle(clock, run(statement))), fate)
    assert.equal(runs, 1)
  }
})

test('a statement of a transaction that is gone is not run outside of it', async () => {
  let peer: ScriptedPeer | undefined
  const ran: string[] = []
  const servers = {
    '127.0.1.1': node('a', (text, at) => {
      peer = at
      ran.push(text)
      at.send(...done('INSERT 0 1', 'T'))
    }),
  }
  const { session, clock, run } = setUp(servers)
  await session.connect()
  await settle(clock, run('begin'))
  await settle(clock, run('insert 1'))
  peer?.reset()
  await clock.advanceAsync(10)
  assert.match(String(await settle(clock, run('insert 2'))), /the transaction it belonged to is gone/)
  assert.deepEqual(ran, ['insert 1'])
  assert.equal(await settle(clock, run('insert 3')), undefined)
})

test("a node's goodbye counts as a loss, with its words", async () => {
  let isFirst = true
  const { session, clock, said, run, shown } = setUp({
    '127.0.1.1': node('a', (_, peer) => {
      if (!isFirst) return peer.send(...rowOf('n', '1'), ...done('SELECT 1'))
      isFirst = false
      peer.send({
        kind: 'ErrorResponse',
        fields: [
          ['V', 'FATAL'],
          ['C', '57P01'],
          ['M', 'the node is shutting down'],
        ],
      })
      peer.end()
    }),
  })
  await session.connect()
  await settle(clock, run('select 1'))
  assert.equal(said[0], 'connection to 127.0.1.1 (node a) lost (the node is shutting down); reconnecting …')
  assert.deepEqual(shown, ['1', 'SELECT 1'])
})

test('a loss while nothing runs is told at once; the next statement just runs', async () => {
  let peer: ScriptedPeer | undefined
  let losses = 0
  const { session, clock, run, shown } = setUp(
    { '127.0.1.1': node('a', (_, at) => ((peer = at), at.send(...rowOf('n', '1'), ...done('SELECT 1')))) },
    () => losses++,
  )
  await session.connect()
  await settle(clock, run('select 1'))
  peer?.reset()
  await clock.advanceAsync(10)
  assert.equal(losses, 1)
  assert.equal(await settle(clock, run('insert into t values (1)')), undefined)
  assert.deepEqual(shown, ['1', 'SELECT 1', '1', 'SELECT 1'])
})

test('waits for nodes to come back, within its time', async () => {
  const servers: Record<string, Script | undefined> = {
    '127.0.1.1': node('a', (_, peer) => {
      servers['127.0.1.1'] = undefined
      peer.reset()
    }),
  }
  const { session, clock, said, run } = setUp(servers)
  await session.connect()
  const running = run('select 1')
  await pass(clock, 5000)
  servers['127.0.1.1'] = answers('a')
  assert.equal(await settle(clock, running), undefined)
  assert.match(said.join('\n'), /after [5-6]\d\d\d ms/)
})

test('gives up after its time, and when told to; a later statement tries again', async () => {
  const servers: Record<string, Script | undefined> = {}
  const dying = node('a', (_, peer) => {
    servers['127.0.1.1'] = undefined
    peer.reset()
  })
  servers['127.0.1.1'] = dying
  const { session, clock, run, shown } = setUp(servers)
  await session.connect()
  const error = await settle(clock, run('select 1'))
  assert.match(String(error), /no connection within 30 s/)
  assert.ok(clock.now() >= 30_000 && clock.now() < 35_000, String(clock.now()))
  const running = run('select 1')
  await pass(clock, 3000)
  await session.cancel()
  assert.match(String(await settle(clock, running)), /reconnecting was given up/)
  servers['127.0.1.1'] = answers('a')
  await settle(clock, run('select 1'))
  assert.deepEqual(shown, ['a', 'SELECT 1'])
})

test('what the user cancelled does not run again when the server hangs', async () => {
  const ran: string[] = []
  const { session, clock, run, shown, said } = setUp({
    '127.0.1.1': node('a', (text, peer) => {
      ran.push(text)
      if (text === 'select 2') peer.send(...rowOf('n', '2'), ...done('SELECT 1'))
    }),
  })
  await session.connect()
  const running = run('select 1')
  await pass(clock, 20)
  session.hangUp()
  assert.match(String(await settle(clock, running)), /canceled/)
  assert.equal(await settle(clock, run('select 2')), undefined)
  assert.deepEqual(ran, ['select 1', 'select 2'])
  assert.deepEqual(shown, ['2', 'SELECT 1'])
  assert.equal(said.length, 2)
})

test('a wrong password ends the waiting at once', async () => {
  const servers: Record<string, Script | undefined> = {}
  servers['127.0.1.1'] = node('a', (_, peer) => {
    servers['127.0.1.1'] = (_m, at) => {
      at.send({
        kind: 'ErrorResponse',
        fields: [
          ['V', 'FATAL'],
          ['C', '28P01'],
          ['M', 'wrong'],
        ],
      })
      at.end()
    }
    peer.reset()
  })
  const { session, clock, run } = setUp(servers)
  await session.connect()
  assert.match(String(await settle(clock, run('select 1'))), /wrong/)
  assert.ok(clock.now() < 100)
})
