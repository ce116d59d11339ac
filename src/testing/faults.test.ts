import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectError, type Connection, type Endpoint } from '../base/network.ts'
import { seededRandom } from '../base/random.ts'
import { SimulatedClock } from './clock.ts'
import { SimulatedNetwork, type SimulatedNetworkOptions } from './network.ts'

const here = '127.0.0.1'
const there = '127.0.1.11'
const port = 9996

function world(seed: number, options: Partial<SimulatedNetworkOptions> = {}) {
  const clock = new SimulatedClock()
  const network = new SimulatedNetwork({ clock, random: seededRandom(seed), ...options })
  const events: string[] = []
  const note = (event: string): void => void events.push(event)
  return { clock, network, events, note }
}
type World = ReturnType<typeof world>

async function echoServer({ network, note }: World, at: Endpoint = { address: there, port }): Promise<void> {
  await network.host(at.address).listen(at, {}, connection => {
    note('server accepts')
    connection.on('error', () => note('server error'))
    connection.on('close', () => note('server close'))
    connection.on('data', data => connection.write(data))
  })
}

/** Connects and notes what happens; gives the connection once there is one. */
function connect({ network, note, clock }: World, timeoutMs = 1_000): () => Connection | undefined {
  let result: Connection | undefined
  const run = async (): Promise<void> => {
    try {
      const connection = await network.connect({ address: there, port }, { timeoutMs, from: here })
      result = connection
      note('connected')
      connection.on('data', data => note(`data ${data.toString()}`))
      connection.on('end', () => note('end'))
      connection.on('error', error => note(`error ${(error as NodeJS.ErrnoException).code}`))
      connection.on('close', () => note('close'))
    } catch (error) {
      assert.ok(error instanceof ConnectError)
      note(`${error.reason} at ${Math.floor(clock.now())}`)
    }
  }
  void run()
  return () => result
}

/** All bytes that came back, of whichever connection. */
function received({ events }: World): string {
  return events
    .filter(event => event.startsWith('data '))
    .map(event => event.slice(5))
    .join('')
}

test('after a crash the peer is reset, connects are refused, and a restart serves again', async () => {
  const w = world(1)
  await echoServer(w)
  connect(w)
  await w.clock.advanceAsync(10)
  w.network.crash(there)
  await w.clock.advanceAsync(10)
  connect(w)
  await w.clock.advanceAsync(10)
  assert.deepEqual(w.events, ['connected', 'server accepts', 'error ECONNRESET', 'close', 'refused at 20'])
  await assert.rejects(echoServer(w), 'a crashed program cannot listen')
  w.network.restore(there)
  await echoServer(w)
  const again = connect(w)
  await w.clock.advanceAsync(10)
  again()?.write(Buffer.from('hello'))
  await w.clock.advanceAsync(10)
  assert.deepEqual(w.events.slice(5, 7), ['connected', 'server accepts'])
  assert.equal(received(w), 'hello')
})

test('a crash may also look like an orderly end to the peer', async () => {
  const w = world(1)
  await echoServer(w)
  connect(w)
  await w.clock.advanceAsync(10)
  w.network.crash(there, 'end')
  await w.clock.advanceAsync(10)
  assert.deepEqual(w.events, ['connected', 'server accepts', 'end', 'close'])
})

test('a hung program is connected to but never answers; woken, it answers all that waited', async () => {
  const w = world(2)
  await echoServer(w)
  const old = connect(w)
  await w.clock.advanceAsync(10)
  w.network.hang(there)
  old()?.write(Buffer.from('old'))
  const fresh = connect(w)
  await w.clock.advanceAsync(10)
  fresh()?.write(Buffer.from('new'))
  await w.clock.advanceAsync(60_000)
  assert.deepEqual(w.events, ['connected', 'server accepts', 'connected'], 'no answer and no error')
  w.network.restore(there)
  await w.clock.advanceAsync(10)
  assert.ok(w.events.includes('server accepts', 3))
  assert.match(received(w), /o.*l.*d/)
  assert.match(received(w), /n.*e.*w/)
  assert.equal(received(w).length, 6)
})

test('a hung program takes in no more than the window holds', async () => {
  const w = world(3)
  await echoServer(w)
  const connection = connect(w)
  await w.clock.advanceAsync(10)
  w.network.hang(there)
  connection()?.write(Buffer.alloc(1_000_000))
  await w.clock.advanceAsync(1_000)
  assert.equal(connection()?.writableLength, 1_000_000)
  assert.ok(!w.events.includes('drain'))
})

test('nothing that a hung program does gets out before it is woken', async () => {
  const w = world(4)
  let server: Connection | undefined
  await w.network.host(there).listen({ address: there, port }, {}, connection => {
    server = connection
  })
  connect(w)
  await w.clock.advanceAsync(10)
  w.network.hang(there)
  server?.write(Buffer.from('late'))
  server?.end()
  await w.clock.advanceAsync(1_000)
  assert.deepEqual(w.events, ['connected'])
  w.network.restore(there)
  await w.clock.advanceAsync(10)
  assert.equal(received(w), 'late')
  assert.deepEqual(w.events.slice(-2), ['end', 'close'])
})

test('a full queue of a hung program drops connects, which time out', async () => {
  const w = world(5)
  await w.network.listen({ address: there, port }, { backlog: 2 }, () => undefined)
  w.network.hang(there)
  for (let i = 0; i < 2; i++) connect(w, 500)
  await w.clock.advanceAsync(10)
  connect(w, 500)
  await w.clock.advanceAsync(1_000)
  assert.deepEqual(w.events, ['connected', 'connected', 'timeout at 510'])
})

test('a partition is silence: connects time out, bytes wait and come after it', async () => {
  const w = world(6)
  await echoServer(w)
  const connection = connect(w)
  await w.clock.advanceAsync(10)
  w.network.partition(here, there)
  connection()?.write(Buffer.from('one '))
  connection()?.write(Buffer.from('two'))
  connect(w, 300)
  await w.clock.advanceAsync(5_000)
  assert.deepEqual(w.events, ['connected', 'server accepts', 'timeout at 310'])
  w.network.restore(here)
  await w.clock.advanceAsync(10)
  assert.equal(received(w), 'one two')
})

test('a peer that crashed behind a partition is found out by the next bytes', async () => {
  const w = world(7)
  await echoServer(w)
  const connection = connect(w)
  await w.clock.advanceAsync(10)
  w.network.partition(here, there)
  w.network.crash(there)
  await w.clock.advanceAsync(100)
  w.network.restore()
  await w.clock.advanceAsync(100)
  assert.deepEqual(w.events, ['connected', 'server accepts'], 'its reset was lost')
  connection()?.write(Buffer.from('hello?'))
  await w.clock.advanceAsync(10)
  assert.deepEqual(w.events.slice(2), ['error ECONNRESET', 'close'])
})

test('a slow address answers late', async () => {
  const w = world(8)
  await echoServer(w)
  w.network.slow(there, 400)
  connect(w, 700)
  await w.clock.advanceAsync(700)
  assert.deepEqual(w.events, ['timeout at 700'], 'two ways of 400 ms are longer')
  connect(w, 900)
  await w.clock.advanceAsync(900)
  assert.equal(w.events.at(-1), 'connected')
})

test('datagrams overtake one another and are lost at the rate that was asked for', async () => {
  const w = world(9, { datagramLoss: 0.3 })
  const got: number[] = []
  const receiver = await w.network.datagrams({ address: there, port: 53 }, data =>
    got.push(data.readUInt16BE()),
  )
  const sender = await w.network.datagrams({ address: here, port: 0 }, () => undefined)
  for (let i = 0; i < 1_000; i++) {
    const data = Buffer.alloc(2)
    data.writeUInt16BE(i)
    sender.send(data, receiver.at)
  }
  await w.clock.advanceAsync(10)
  assert.ok(got.length > 600 && got.length < 800, `${got.length} of 1000`)
  assert.notDeepEqual(
    got,
    [...got].sort((a, b) => a - b),
  )
  const before = got.length
  w.network.partition(here, there)
  sender.send(Buffer.alloc(2), receiver.at)
  await w.clock.advanceAsync(10)
  w.network.restore()
  await w.clock.advanceAsync(10)
  assert.equal(got.length, before, 'a datagram does not wait for the end of a partition')
})

test('the same seed gives the same events at the same times', async () => {
  const run = async (seed: number): Promise<string[]> => {
    const w = world(seed)
    const trace: string[] = []
    await echoServer(w)
    for (let i = 0; i < 3; i++) {
      const connection = connect(w)
      await w.clock.advanceAsync(5)
      connection()?.on('data', data => trace.push(`${w.clock.now()} ${data.length}`))
      connection()?.write(Buffer.alloc(10_000))
      await w.clock.advanceAsync(5)
    }
    return trace
  }
  const first = await run(11)
  assert.ok(first.length > 3)
  assert.deepEqual(await run(11), first)
  assert.notDeepEqual(await run(12), first)
})
