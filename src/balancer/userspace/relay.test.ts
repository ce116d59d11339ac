import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Connection, ConnectionReader } from '../../base/network.ts'
import { seededRandom } from '../../base/random.ts'
import { SimulatedClock } from '../../testing/clock.ts'
import { SimulatedNetwork } from '../../testing/network.ts'
import { BulkReader, ReadBuffers } from './read-buffers.ts'
import { Relay } from './relay.ts'

/** More than the window and less than what stops the reading of the other side: it waits with us. */
const beyondWindow = 65_536 + 5_000

/** Client and target with the relay between them; `said` is what the relay told, in order. */
async function relayed(t: TestContext) {
  const clock = new SimulatedClock()
  const network = new SimulatedNetwork({ clock, random: seededRandom(7) })
  const joined = async (reader?: (client: Connection) => ConnectionReader, peer?: Connection) => {
    const accepted: Connection[] = []
    const listening = await network.listen(
      { address: '127.0.0.2', port: 0 },
      { allowHalfOpen: true, pauseOnConnect: true },
      connection => void accepted.push(connection),
    )
    const options = { timeoutMs: 1_000, allowHalfOpen: true }
    const connecting = network.connect(listening.at, {
      ...options,
      ...(reader === undefined || peer === undefined ? {} : { reader: reader(peer) }),
    })
    await clock.advanceAsync(10)
    const [server] = accepted
    assert.ok(server)
    return [await connecting, server] as const
  }
  const [outside, client] = await joined()
  const bulk = new BulkReader(new ReadBuffers(), client)
  const [target, inside] = await joined(() => bulk, client)
  const said: string[] = []
  const relay = new Relay(
    client,
    target,
    { reader: bulk, isSecured: false, protocol: 'tcp' },
    {
      finished: by => said.push(`${by} finished`),
      aborted: by => said.push(`${by} aborted`),
      ended: () => said.push('ended'),
    },
  )
  const received = { outside: 0, inside: 0 }
  outside.on('data', data => {
    received.outside += data.length
  })
  for (const connection of [outside, inside]) {
    connection.on('error', error => assert.fail(error))
    connection.on('end', () => said.push(connection === outside ? 'FIN to the client' : 'FIN to the target'))
  }
  t.after(() => relay.reset())
  return { clock, client, target, outside, inside, received, said }
}

test('both ends of a flow that both sides have ended are closed with the second FIN', async t => {
  for (const first of ['target', 'client'] as const) {
    const { clock, client, target, outside, inside, said } = await relayed(t)
    const [ender, follower] = first === 'target' ? [inside, outside] : [outside, inside]
    inside.resume()
    ender.end()
    await clock.advanceAsync(10)
    assert.deepEqual([client.destroyed, target.destroyed], [false, false], 'one direction is still open')
    assert.deepEqual(said, [`${first} finished`, `FIN to the ${first === 'target' ? 'client' : 'target'}`])
    follower.end()
    await clock.advanceAsync(10)
    assert.deepEqual([client.destroyed, target.destroyed], [true, true])
    assert.deepEqual(said.slice(2).toSorted(), [`FIN to the ${first}`, 'ended'].toSorted())
  }
})

test('both sides that end in one moment each see the FIN of the other', async t => {
  const { clock, client, target, outside, inside, said } = await relayed(t)
  inside.resume()
  outside.end()
  inside.end()
  await clock.advanceAsync(10)
  assert.deepEqual([client.destroyed, target.destroyed], [true, true])
  assert.equal(said.filter(event => event.startsWith('FIN')).length, 2)
  assert.equal(said.filter(event => event === 'ended').length, 1)
})

test('what a target has not taken when both sides have ended still arrives, and then the FIN', async t => {
  const { clock, client, target, outside, inside, received, said } = await relayed(t)
  inside.end()
  await clock.advanceAsync(10)
  outside.write(Buffer.alloc(beyondWindow))
  outside.end()
  await clock.advanceAsync(100)
  assert.ok(target.writableLength > 0, 'something waits for the target')
  assert.deepEqual([client.destroyed, target.destroyed], [true, false])
  inside.on('data', data => {
    received.inside += data.length
  })
  inside.resume()
  await clock.advanceAsync(100)
  assert.equal(received.inside, beyondWindow)
  assert.ok(said.includes('FIN to the target'))
  assert.ok(target.destroyed)
})

test('a target that takes little at a time gets everything: its client waits, again and again', async t => {
  const { clock, outside, inside, received } = await relayed(t)
  const total = 256 << 10
  outside.write(Buffer.alloc(total))
  let pauses = 0
  inside.on('data', data => {
    received.inside += data.length
    inside.pause()
    pauses++
  })
  for (let step = 0; step < 20_000 && received.inside < total; step++) {
    inside.resume()
    await clock.advanceAsync(1)
  }
  assert.equal(received.inside, total)
  assert.ok(pauses > 10, `${pauses} pauses`)
})
