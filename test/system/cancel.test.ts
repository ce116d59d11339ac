import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemNetwork } from '../../src/io/network.ts'
import { connectPgClient, type PgClient } from '../../src/testing/pg-client.ts'
import { startEverport } from './everport.ts'

const longQuery = 'select count(*) from range(100000) a, range(100000) b, range(100000) c'
const tries = 3

test('a query is cancelled through a balancer that leads to another node', { timeout: 240_000 }, async t => {
  const everport = await startEverport(t)
  const { user, password, database } = everport.client
  const [here, there] = ['127.0.1.1', '127.0.1.2'].map(address => ({ address, port: everport.ports.odbc }))
  assert.ok(here && there)

  const logIn = async (protocolVersion: number): Promise<[PgClient, Uint8Array, number]> => {
    const client = await connectPgClient(systemNetwork, here)
    const greeting = await client.logIn({ user, password, database, protocolVersion })
    const key = greeting.find(message => message.kind === 'BackendKeyData')
    assert.ok(key?.kind === 'BackendKeyData')
    return [client, key.secret, key.processId]
  }
  const nodeOf = async (client: PgClient): Promise<string> =>
    JSON.stringify((await client.query('show everport.node')).find(({ kind }) => kind === 'DataRow'))

  const other = await connectPgClient(systemNetwork, there)
  await other.logIn({ user, password, database })
  const [neighbour] = await logIn(196_608)
  assert.notEqual(await nodeOf(neighbour), await nodeOf(other), 'the two balancers lead to different nodes')
  neighbour.send({ kind: 'Query', text: longQuery })

  for (const version of [196_608, 196_610]) {
    for (let i = 0; i < tries; i++) {
      const [client, secret, processId] = await logIn(version)
      client.send({ kind: 'Query', text: longQuery })
      const answer = client.until('ReadyForQuery', 'closed')
      let isOver = false
      void answer.then(() => {
        isOver = true
      })
      // One that comes before the query runs does nothing, as in PostgreSQL.
      while (!isOver) {
        const canceller = await connectPgClient(systemNetwork, there)
        canceller.send({ kind: 'CancelRequest', processId, secret })
        await canceller.until('closed')
      }
      const heard = await answer
      assert.match(JSON.stringify(heard), /57014.*canceling statement due to user request/)
      client.connection.destroy()
    }
  }
  // Nobody else's query was hit.
  const stranger = await connectPgClient(systemNetwork, there)
  stranger.send({ kind: 'CancelRequest', processId: 1, secret: Buffer.alloc(4) })
  await stranger.until('closed')
  const ended = neighbour.until('ReadyForQuery', 'closed').then(() => 'ended')
  assert.equal(await Promise.race([ended, nodeOf(other).then(() => 'runs')]), 'runs')
  neighbour.connection.destroy()
  other.connection.destroy()
})
