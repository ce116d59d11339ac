import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ConnectError,
  type Connection,
  type ConnectOptions,
  type Endpoint,
  type ListenOptions,
  type Network,
} from '../base/network.ts'
import { seededRandom } from '../base/random.ts'
import { systemClock } from '../io/clock.ts'
import { systemNetwork } from '../io/network.ts'
import { SimulatedClock, settled } from './clock.ts'
import { SimulatedNetwork } from './network.ts'

/** A network, and how its time passes. */
interface World {
  readonly name: string
  readonly network: Network
  until(condition: () => boolean, what: string): Promise<void>
  /** Until all that was written is in the other side's kernel. */
  arrived(): Promise<void>
}

function systemWorld(): World {
  const until = async (condition: () => boolean, what: string): Promise<void> => {
    const deadline = systemClock.now() + 60_000
    while (!condition()) {
      assert.ok(systemClock.now() < deadline, `never happened: ${what}`)
      await settled()
    }
  }
  // On loopback the kernel hands a segment over inside the call that sends it.
  return { name: 'system', network: systemNetwork, until, arrived: settled }
}

function simulatedWorld(seed: number): World & { clock: SimulatedClock; network: SimulatedNetwork } {
  const clock = new SimulatedClock()
  const network = new SimulatedNetwork({ clock, random: seededRandom(seed) })
  const until = async (condition: () => boolean, what: string): Promise<void> => {
    const deadline = clock.now() + 10_000
    while (!condition()) {
      assert.ok(clock.now() < deadline, `never happened: ${what}`)
      await clock.advanceAsync(0.1)
    }
  }
  return { name: `simulated, seed ${seed}`, clock, network, until, arrived: () => clock.advanceAsync(5) }
}

/** What a connection tells its owner, in order; neighbouring 'data' and 'drain' are one. */
interface Trace {
  readonly events: string[]
  text(): string
  bytes: number
}

function record(connection: Connection): Trace {
  const chunks: Buffer[] = []
  const trace: Trace = { events: [], text: () => Buffer.concat(chunks).toString(), bytes: 0 }
  const add = (event: string): void => {
    if (trace.events.at(-1) !== event) trace.events.push(event)
  }
  connection.on('data', data => {
    chunks.push(data)
    trace.bytes += data.length
    add('data')
  })
  connection.on('end', () => add('end'))
  connection.on('drain', () => add('drain'))
  connection.on('error', error => add(`error ${(error as NodeJS.ErrnoException).code}`))
  connection.on('close', () => add('close'))
  return trace
}

/** Waits, letting time pass, for what a promise gives. */
async function outcome<T>(world: World, promise: Promise<T>): Promise<T> {
  let isOver = false
  const over = (): void => {
    isOver = true
  }
  promise.then(over, over)
  await world.until(() => isOver, 'promise settles')
  return promise
}

async function joined(
  world: World,
  options: { listen?: ListenOptions; connect?: Partial<ConnectOptions> } = {},
): Promise<{ client: Connection; server: Connection; at: Endpoint; close: () => Promise<void> }> {
  let server: Connection | undefined
  const listening = await world.network.listen(
    { address: '127.0.0.1', port: 0 },
    options.listen ?? {},
    connection => {
      server = connection
    },
  )
  const client = await outcome(
    world,
    world.network.connect(listening.at, { timeoutMs: 5_000, ...options.connect }),
  )
  await world.until(() => server !== undefined, 'accept')
  assert.ok(server !== undefined)
  return { client, server, at: listening.at, close: () => listening.close() }
}

async function connectFailure(
  world: World,
  to: Endpoint,
  options: Partial<ConnectOptions> = {},
): Promise<string> {
  try {
    const connection = await outcome(world, world.network.connect(to, { timeoutMs: 5_000, ...options }))
    connection.destroy()
    return 'connected'
  } catch (error) {
    assert.ok(error instanceof ConnectError)
    assert.deepEqual(error.to, to)
    return error.reason
  }
}

const codeOf = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
    return 'no error'
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}

const has = (trace: Trace, event: string) => (): boolean => trace.events.includes(event)

for (const makeWorld of [systemWorld, () => simulatedWorld(1), () => simulatedWorld(2)]) {
  const { name } = makeWorld()

  test(`${name}: both sides know both endpoints`, async () => {
    const world = makeWorld()
    const { client, server, at, close } = await joined(world, { connect: { from: '127.0.0.9' } })
    assert.deepEqual([client.remoteAddress, client.remotePort], [at.address, at.port])
    assert.deepEqual([server.localAddress, server.localPort], [at.address, at.port])
    assert.equal(client.localAddress, '127.0.0.9')
    assert.deepEqual([server.remoteAddress, server.remotePort], [client.localAddress, client.localPort])
    client.destroy()
    server.destroy()
    await close()
  })

  test(`${name}: a stream arrives whole and in order, through backpressure both ways`, async () => {
    const world = makeWorld()
    const { client, server, close } = await joined(world)
    server.on('data', data => {
      if (!server.write(data)) server.pause()
    })
    server.on('drain', () => server.resume())
    server.on('end', () => server.end())
    const sent = Buffer.alloc(400_000)
    for (let i = 0; i < sent.length; i++) sent[i] = (i * 7 + (i >> 8)) & 0xff
    const got: Buffer[] = []
    let [isClosed, serverIsClosed] = [false, false]
    client.on('data', data => got.push(data))
    client.on('close', () => {
      isClosed = true
    })
    server.on('close', () => {
      serverIsClosed = true
    })
    for (let i = 0; i < sent.length; i += 10_000) client.write(sent.subarray(i, i + 10_000))
    await world.until(() => got.reduce((sum, data) => sum + data.length, 0) === sent.length, 'all echoed')
    client.end()
    await world.until(() => isClosed && serverIsClosed, 'both closed')
    assert.ok(Buffer.concat(got).equals(sent))
    assert.deepEqual([client.bytesWritten, client.bytesRead], [sent.length, sent.length])
    await close()
  })

  test(`${name}: end closes both sides in order`, async () => {
    const world = makeWorld()
    const { client, server, close } = await joined(world)
    const [atClient, atServer] = [record(client), record(server)]
    client.write(Buffer.from('hello'))
    client.end()
    await world.until(() => has(atClient, 'close')() && has(atServer, 'close')(), 'both closed')
    assert.deepEqual(atServer.events, ['data', 'end', 'close'])
    assert.deepEqual(atClient.events, ['end', 'close'])
    assert.equal(atServer.text(), 'hello')
    assert.equal(client.destroyed && server.destroyed, true)
    await close()
  })

  test(`${name}: a half-open side goes on answering after the peer's FIN`, async () => {
    const world = makeWorld()
    const half = { allowHalfOpen: true }
    const { client, server, close } = await joined(world, { listen: half, connect: half })
    const [atClient, atServer] = [record(client), record(server)]
    client.end()
    await world.until(has(atServer, 'end'), "the client's FIN")
    assert.equal(server.destroyed, false)
    server.write(Buffer.from('the answer'))
    await world.until(has(atClient, 'data'), 'the answer')
    assert.equal(client.destroyed, false)
    server.end()
    await world.until(() => has(atClient, 'close')() && has(atServer, 'close')(), 'both closed')
    assert.deepEqual(atClient.events, ['data', 'end', 'close'])
    assert.deepEqual(atServer.events, ['end', 'close'])
    assert.equal(atClient.text(), 'the answer')
    await close()
  })

  test(`${name}: destroy is a FIN to the peer and silence at home`, async () => {
    const world = makeWorld()
    const { client, server, close } = await joined(world)
    const [atClient, atServer] = [record(client), record(server)]
    client.destroy()
    await world.until(() => has(atClient, 'close')() && has(atServer, 'close')(), 'both closed')
    assert.deepEqual(atClient.events, ['close'])
    assert.deepEqual(atServer.events, ['end', 'close'])
    assert.equal(client.write(Buffer.from('late')), false, 'a write to a destroyed connection is refused')
    await close()
  })

  test(`${name}: a reset is an error to the peer only`, async () => {
    const world = makeWorld()
    const { client, server, close } = await joined(world)
    const [atClient, atServer] = [record(client), record(server)]
    server.resetAndDestroy()
    await world.until(() => has(atClient, 'close')() && has(atServer, 'close')(), 'both closed')
    assert.deepEqual(atClient.events, ['error ECONNRESET', 'close'])
    assert.deepEqual(atServer.events, ['close'])
    await close()
  })

  test(`${name}: bytes sent before a reset are not turned into a clean end`, async () => {
    const world = makeWorld()
    const { client, server, close } = await joined(world)
    const atClient = record(client)
    server.on('error', () => undefined)
    server.write(Buffer.from('half an ans'))
    await world.until(has(atClient, 'data'), 'the first bytes')
    server.resetAndDestroy()
    await world.until(has(atClient, 'close'), 'closed')
    assert.deepEqual(atClient.events, ['data', 'error ECONNRESET', 'close'])
    await close()
  })

  test(`${name}: writing to a peer that is gone ends in an error and close`, async () => {
    const world = makeWorld()
    const { client, server, close } = await joined(world, { connect: { allowHalfOpen: true } })
    const atClient = record(client)
    server.destroy()
    await world.until(has(atClient, 'end'), 'FIN')
    await world.until(() => {
      if (!client.destroyed) client.write(Buffer.from('anyone there?'))
      return has(atClient, 'close')()
    }, 'closed')
    const [end, error, closed] = atClient.events
    assert.deepEqual([end, closed], ['end', 'close'])
    assert.match(error ?? '', /^error (ECONNRESET|EPIPE)$/)
    await close()
  })

  test(`${name}: a write after end is an error and closes`, async () => {
    const world = makeWorld()
    const { client, server, close } = await joined(world)
    const atClient = record(client)
    client.end()
    client.write(Buffer.from('more'))
    await world.until(has(atClient, 'close'), 'closed')
    assert.equal(atClient.events[0], 'error ERR_STREAM_WRITE_AFTER_END')
    assert.equal(atClient.events.at(-1), 'close')
    server.destroy()
    await close()
  })

  test(`${name}: a reader that stands still stops the writer, and 'drain' starts it again`, async () => {
    const world = makeWorld()
    const { client, server, close } = await joined(world, { listen: { pauseOnConnect: true } })
    const atClient = record(client)
    const chunk = Buffer.alloc(65_536, 1)
    let sent = 0
    // The system's own buffers hold some megabytes; a bound all the same.
    while (client.writableLength < 1_000_000) {
      assert.ok(sent < 64_000_000, 'the buffers have a bound')
      client.write(chunk)
      sent += chunk.length
      await settled()
    }
    assert.equal(client.write(chunk), false)
    sent += chunk.length
    const atServer = record(server)
    assert.equal(atServer.bytes, 0, 'pauseOnConnect hands nothing over')
    assert.ok(!atClient.events.includes('drain'))
    server.resume()
    await world.until(has(atClient, 'drain'), 'drain')
    await world.until(() => atServer.bytes === sent, 'everything arrived')
    assert.equal(client.writableLength, 0)
    client.destroy()
    await world.until(has(atServer, 'close'), 'closed')
    await close()
  })

  test(`${name}: what is cut off by destroy while unread is told to the peer as a reset`, async () => {
    const world = makeWorld()
    const { client, server, close } = await joined(world, { listen: { pauseOnConnect: true } })
    const atClient = record(client)
    client.write(Buffer.from('never read'))
    await world.arrived()
    server.destroy()
    await world.until(has(atClient, 'close'), 'closed')
    assert.deepEqual(atClient.events, ['error ECONNRESET', 'close'])
    await close()
  })

  test(`${name}: connect is refused where nobody listens, and after close`, async () => {
    const world = makeWorld()
    const { client, server, at, close } = await joined(world)
    const atServer = record(server)
    await close()
    assert.equal(await connectFailure(world, at), 'refused')
    client.write(Buffer.from('still here'))
    await world.until(has(atServer, 'data'), 'an accepted connection goes on')
    client.destroy()
    await world.until(has(atServer, 'close'), 'closed')
    const again = await world.network.listen(at, {}, connection => connection.destroy())
    assert.deepEqual(again.at, at, 'the port is free again')
    await again.close()
  })

  test(`${name}: connect can be cancelled before and while it is under way`, async () => {
    const world = makeWorld()
    const accepted: Connection[] = []
    const listening = await world.network.listen({ address: '127.0.0.1', port: 0 }, {}, connection => {
      connection.on('error', () => undefined)
      accepted.push(connection)
    })
    assert.equal(await connectFailure(world, listening.at, { signal: AbortSignal.abort() }), 'cancelled')
    const abort = new AbortController()
    const failing = connectFailure(world, listening.at, { signal: abort.signal })
    abort.abort()
    assert.equal(await failing, 'cancelled')
    for (const connection of accepted) connection.destroy()
    await listening.close()
  })

  test(`${name}: an address that is in use or missing is a clear refusal`, async () => {
    const { network } = makeWorld()
    const ignore = (): void => undefined
    const first = await network.listen({ address: '127.0.0.1', port: 0 }, {}, ignore)
    const second = await network.listen({ address: '127.0.0.1', port: 0 }, {}, ignore)
    assert.notEqual(first.at.port, second.at.port)
    assert.ok(first.at.port > 0)
    assert.equal(await codeOf(network.listen(first.at, {}, ignore)), 'address_in_use')
    const elsewhere = { address: '127.0.0.2', port: first.at.port }
    const third = await network.listen(elsewhere, {}, ignore)
    assert.deepEqual(third.at, elsewhere, 'the same port of another address is free')
    // RFC 5737: an address for documentation, so no machine has it.
    const missing = { address: '192.0.2.1', port: 0 }
    assert.equal(await codeOf(network.listen(missing, {}, ignore)), 'address_missing')
    assert.equal(await codeOf(network.datagrams(missing, ignore)), 'address_missing')
    const udp = await network.datagrams({ address: '127.0.0.1', port: 0 }, ignore)
    assert.equal(await codeOf(network.datagrams(udp.at, ignore)), 'address_in_use')
    await udp.close()
    for (const listening of [first, second, third]) await listening.close()
  })

  test(`${name}: datagrams carry bytes and their sender; to nobody they are lost in silence`, async () => {
    const world = makeWorld()
    const got: [string, Endpoint][] = []
    const here = await world.network.datagrams({ address: '127.0.0.1', port: 0 }, (data, from) => {
      got.push([data.toString(), { address: from.address, port: from.port }])
    })
    const there = await world.network.datagrams({ address: '127.0.0.3', port: 0 }, (data, from) => {
      there.send(Buffer.from(`${data.toString()}!`), from)
    })
    const gone = await world.network.datagrams({ address: '127.0.0.3', port: 0 }, () => undefined)
    await gone.close()
    here.send(Buffer.from('lost'), gone.at)
    here.send(Buffer.from('hello'), there.at)
    await world.until(() => got.length === 1, 'an answer')
    assert.deepEqual(got, [['hello!', there.at]])
    await here.close()
    await there.close()
    assert.throws(() => here.send(Buffer.from('x'), there.at))
  })

  test(`${name}: a reader's own memory takes what comes, whole and in order; it begins with resume and stops on false`, async () => {
    const world = makeWorld()
    const buffer = Buffer.alloc(1_000)
    const got: Buffer[] = []
    let reads = 0
    const { client, server, close } = await joined(world, {
      connect: {
        reader: {
          buffer: () => buffer,
          read(count) {
            got.push(Buffer.from(buffer.subarray(0, count)))
            return ++reads % 3 !== 0
          },
        },
      },
    })
    const sent = Buffer.from(Array.from({ length: 50_000 }, (_, i) => i % 251))
    server.write(sent)
    await world.arrived()
    assert.equal(reads, 0, 'paused at first')
    let hasEnded = false
    client.on('end', () => {
      hasEnded = true
    })
    server.end()
    let seen = -1
    await world.until(() => {
      // Again and again it stands still until it is told to go on.
      if (reads === seen || reads % 3 === 0) client.resume()
      seen = reads
      return hasEnded
    }, 'the end')
    assert.ok(Buffer.concat(got).equals(sent))
    assert.equal(client.bytesRead, sent.length)
    client.destroy()
    await close()
  })

  test(`${name}: a peer of datagrams hears its peer alone`, async () => {
    const world = makeWorld()
    const answers: string[] = []
    const there = await world.network.datagrams({ address: '127.0.0.3', port: 0 }, (data, from) => {
      there.send(Buffer.from(`${data.toString()}!`), from)
      other.send(Buffer.from('from another'), from)
    })
    const other = await world.network.datagrams({ address: '127.0.0.3', port: 0 }, () => undefined)
    const events = { receive: (data: Buffer) => answers.push(data.toString()), refused: () => undefined }
    const peer = await outcome(world, world.network.datagramPeer(there.at, events))
    assert.ok(peer !== undefined)
    for (const text of ['a', 'b']) peer.send(Buffer.from(text))
    await world.until(() => answers.length === 2, 'two answers')
    assert.deepEqual(answers.sort(), ['a!', 'b!'])
    peer.close()
    await there.close()
    await other.close()
  })
}
