import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { silentLog } from '../../base/log.ts'
import type { Connection, Network } from '../../base/network.ts'
import { systemClock } from '../../io/clock.ts'
import { systemNetwork } from '../../io/network.ts'
import { systemRandom } from '../../io/random.ts'
import { createFakeEngine } from '../../testing/fake-engine.ts'
import { connectPgClient, type PgClient, type Received } from '../../testing/pg-client.ts'
import { createVerifier } from '../auth/scram-verifier.ts'
import { startPostgresServer } from './server.ts'

const password = 'secret'
const verifier = createVerifier(password, Buffer.from('0123456789abcdef'), 256)

interface Served {
  /** Writes to all sockets so far. */
  writes(): number
  loggedIn(): Promise<PgClient>
}

async function serve(t: TestContext): Promise<Served> {
  let writes = 0
  const counted = (connection: Connection): Connection => {
    const write = connection.write.bind(connection)
    connection.write = (data, done) => {
      writes++
      return write(data, done)
    }
    return connection
  }
  const network: Network = {
    ...systemNetwork,
    listen: (at, options, accept) =>
      systemNetwork.listen(at, options, connection => accept(counted(connection))),
  }
  const server = await startPostgresServer({
    network,
    at: { address: '127.0.0.1', port: 0 },
    clock: systemClock,
    random: systemRandom(),
    engine: createFakeEngine(),
    log: silentLog,
    authenticate: () => verifier,
    nodeNumber: 1,
    database: 'everport',
    limits: { lingerMs: 20 },
  })
  t.after(() => server.close())
  return {
    writes: () => writes,
    async loggedIn() {
      const client = await connectPgClient(systemNetwork, server.at)
      t.after(() => client.connection.destroy())
      await client.logIn({ user: 'everport', password })
      return client
    },
  }
}

const kinds = (heard: readonly Received[]): string[] => heard.map(({ kind }) => kind)

test('the answer to a query whose rows are computed goes out in one write', async t => {
  const { writes, loggedIn } = await serve(t)
  const client = await loggedIn()
  const before = writes()
  const heard = await client.query('computed rows 2')
  assert.deepEqual(kinds(heard), ['RowDescription', 'DataRow', 'DataRow', 'CommandComplete', 'ReadyForQuery'])
  assert.equal(writes() - before, 1)
})

test('an answer that comes whole goes out in one write, and the next is not mixed up with it', async t => {
  const { writes, loggedIn } = await serve(t)
  const client = await loggedIn()
  for (const rows of [2, 0, 1]) {
    const before = writes()
    const heard = await client.query(`whole rows ${rows}`)
    const dataRows = Array.from({ length: rows }, () => 'DataRow')
    assert.deepEqual(kinds(heard), ['RowDescription', ...dataRows, 'CommandComplete', 'ReadyForQuery'])
    assert.equal(writes() - before, 1)
    const complete = heard.find(message => message.kind === 'CommandComplete')
    assert.equal(complete?.tag, `SELECT ${rows}`)
  }
})

test('statements of one query that come whole are answered in order', async t => {
  const client = await (await serve(t)).loggedIn()
  const heard = await client.query('whole rows 1; rows 1; whole rows 0; nonsense; whole rows 1')
  const one = ['RowDescription', 'DataRow', 'CommandComplete']
  assert.deepEqual(kinds(heard), [
    ...one,
    ...one,
    'RowDescription',
    'CommandComplete',
    'ErrorResponse',
    'ReadyForQuery',
  ])
})

test('a whole answer larger than a socket takes at once arrives whole', async t => {
  const client = await (await serve(t)).loggedIn()
  const heard = await client.query('whole rows 60 of 20000; whole rows 2')
  assert.equal(heard.filter(({ kind }) => kind === 'DataRow').length, 62)
  assert.equal(heard.at(-1)?.kind, 'ReadyForQuery')
})

test('an error behind the rows goes out with them', async t => {
  const { writes, loggedIn } = await serve(t)
  const client = await loggedIn()
  const before = writes()
  const heard = await client.query('computed rows 1 then fail')
  assert.deepEqual(kinds(heard), ['RowDescription', 'DataRow', 'ErrorResponse', 'ReadyForQuery'])
  assert.equal(writes() - before, 1)
})

test('rows that come later do not hold back what is there', async t => {
  const { writes, loggedIn } = await serve(t)
  const client = await loggedIn()
  const before = writes()
  const heard = await client.query('rows 1')
  assert.deepEqual(kinds(heard), ['RowDescription', 'DataRow', 'CommandComplete', 'ReadyForQuery'])
  assert.equal(writes() - before, 3)
})

test('a computed result that is larger than what is collected arrives whole', async t => {
  const client = await (await serve(t)).loggedIn()
  const heard = await client.query('computed rows 40 of 10000')
  const rows = heard.filter(message => message.kind === 'DataRow')
  const first = ({ values }: (typeof rows)[number]): string => Buffer.from(values[0] ?? []).toString()
  assert.deepEqual(
    rows.map(first),
    Array.from({ length: 40 }, (_, i) => String(i + 1)),
  )
  assert.equal(heard.at(-1)?.kind, 'ReadyForQuery')
})

test('answers of clients that ask at the same time are not mixed up', async t => {
  const { loggedIn } = await serve(t)
  const clients = await Promise.all([1, 2, 3, 4].map(() => loggedIn()))
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all(clients.map((client, i) => client.query(`computed rows ${i + 1}`)))
    for (const [i, heard] of answers.entries()) {
      assert.equal(heard.filter(({ kind }) => kind === 'DataRow').length, i + 1)
      assert.equal(heard.at(-1)?.kind, 'ReadyForQuery')
    }
  }
})
