import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectError } from '../../base/network.ts'
import { seededRandom } from '../../base/random.ts'
import { SimulatedClock } from '../../testing/clock.ts'
import { type Script, scriptedNetwork } from '../../testing/scripted-server.ts'
import { connectByName, NoAddressAnswers } from './connect-by-name.ts'

const letIn: Script = (_, peer) =>
  peer.send({ kind: 'AuthenticationOk' }, { kind: 'ReadyForQuery', status: 'I' })
const refuse =
  (sqlState: string): Script =>
  (_, peer) => {
    peer.send({
      kind: 'ErrorResponse',
      fields: [
        ['V', 'FATAL'],
        ['C', sqlState],
        ['M', `refused with ${sqlState}`],
      ],
    })
    peer.end()
  }

function connect(
  servers: Readonly<Record<string, Script>>,
  more: { name?: string; seed?: number; resolve?: (name: string) => Promise<string[]> } = {},
) {
  const tried: string[] = []
  const network = scriptedNetwork(at => {
    tried.push(at.address)
    const script = servers[at.address]
    if (script === undefined) throw new ConnectError('refused', at)
    return script
  })
  const connecting = connectByName({
    network,
    clock: new SimulatedClock(),
    random: seededRandom(more.seed ?? 1),
    name: more.name ?? 'data.demo.test',
    port: 9996,
    resolve: more.resolve ?? (() => Promise.resolve(['127.0.1.1', '127.0.1.2', '127.0.1.3'])),
    user: 'ada',
    password: '',
    database: 'demo',
    applicationName: 'test',
    attemptTimeoutMs: 1000,
  })
  return { connecting, tried }
}

test('tries every address until one answers', async () => {
  const { connecting, tried } = connect({ '127.0.1.2': letIn, '127.0.1.3': refuse('57P03') })
  assert.equal((await connecting).at.address, '127.0.1.2')
  assert.equal(tried.at(-1), '127.0.1.2')
})

test('spreads over the addresses', async () => {
  const first = new Set<string>()
  for (let seed = 0; seed < 30; seed++) {
    const { connecting } = connect({ '127.0.1.1': letIn, '127.0.1.2': letIn, '127.0.1.3': letIn }, { seed })
    first.add((await connecting).at.address)
  }
  assert.equal(first.size, 3)
})

test('says of every address why it gave nothing', async () => {
  const { connecting, tried } = connect({ '127.0.1.1': refuse('57P03') })
  await assert.rejects(connecting, (error: NoAddressAnswers) => {
    assert.ok(error instanceof NoAddressAnswers)
    assert.match(error.message, /^no address of data\.demo\.test answers: /)
    assert.match(error.message, /127\.0\.1\.1:9996: refused with 57P03/)
    assert.match(error.message, /connect to 127\.0\.1\.2:9996: refused/)
    return true
  })
  assert.equal(tried.length, 3)
})

test('a wrong password is wrong everywhere', async () => {
  const wrong = refuse('28P01')
  const { connecting, tried } = connect({ '127.0.1.1': wrong, '127.0.1.2': wrong, '127.0.1.3': wrong })
  await assert.rejects(connecting, { sqlState: '28P01' })
  assert.equal(tried.length, 1)
})

test('an address is not resolved; a name without addresses is an error', async () => {
  const resolve = () => Promise.reject(new Error('not asked'))
  assert.equal(
    (await connect({ '127.0.2.1': letIn }, { name: '127.0.2.1', resolve }).connecting).at.address,
    '127.0.2.1',
  )
  await assert.rejects(
    connect({}, { resolve: () => Promise.resolve([]) }).connecting,
    /data\.demo\.test has no addresses/,
  )
})
