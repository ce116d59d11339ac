import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { systemClock } from '../../io/clock.ts'
import { systemNetwork } from '../../io/network.ts'
import { systemRandom } from '../../io/random.ts'
import { SimulatedClock } from '../../testing/clock.ts'
import { failoverDocuments, snapshotOf, values } from '../../testing/dns-documents.ts'
import { type Resolution, resolver } from '../client.ts'
import { allHealthy } from '../routing/verdict.ts'
import { decodeMessage, emptyMessage, encodeMessage } from '../wire/message.ts'
import { zoneSnapshot } from '../zone/zone-snapshot.ts'
import type { ConnectionLimits } from './connection-limits.ts'
import { type AnswerSpecial, startDnsServer } from './dns-server.ts'

const text = Array.from({ length: 30 }, (_, i) => `"${String(i).padEnd(100, 'x')}"`)

async function served(
  context: TestContext,
  limits?: ConnectionLimits,
  clock = systemClock,
  special?: AnswerSpecial,
) {
  const documents = failoverDocuments([values('long.demo.test.', 'TXT', ...text)])
  const zones = zoneSnapshot(await snapshotOf(documents), allHealthy)
  const server = await startDnsServer({
    network: systemNetwork,
    clock,
    random: systemRandom(),
    at: { address: '127.0.0.1', port: 0 },
    zones: () => zones,
    ...(limits === undefined ? {} : { limits }),
    ...(special === undefined ? {} : { special }),
  })
  const resolve = resolver({ network: systemNetwork, clock: systemClock, random: systemRandom() })
  const sockets: Socket[] = []
  context.after(async () => {
    for (const socket of sockets) socket.destroy()
    await server.close()
  })
  return {
    server,
    ask: (name = 'data.demo.test', type = 'A'): Promise<Resolution> =>
      resolve(name, type, { servers: [server.at], timeoutMs: 20_000, retries: 1 }),
    tcp: async (): Promise<Socket> => {
      const socket = connect({ port: server.at.port, host: server.at.address, allowHalfOpen: true })
      socket.on('error', () => undefined)
      sockets.push(socket)
      await once(socket, 'connect')
      return socket
    },
  }
}

function framedQuery(id: number, name = 'data.demo.test.', type = 1): Buffer {
  const query = encodeMessage({ ...emptyMessage, id, questions: [{ name, type, class: 1 }] })
  return Buffer.concat([Buffer.of(query.length >> 8, query.length & 255), query])
}

/** The next `count` replies of a connection. */
async function replies(socket: Socket, count: number) {
  const messages: ReturnType<typeof decodeMessage>[] = []
  let received = Buffer.alloc(0)
  for await (const data of socket.iterator({ destroyOnReturn: false })) {
    received = Buffer.concat([received, data as Buffer])
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0)
      messages.push(decodeMessage(received.subarray(2, end)))
      received = received.subarray(end)
    }
    if (messages.length >= count) break
  }
  return messages
}

test('answers by UDP; what does not fit by TCP', async context => {
  const { ask } = await served(context)
  assert.equal((await ask()).records.length, 2)
  assert.equal((await ask('long.demo.test', 'TXT')).records.length, 30)
  assert.deepEqual(await ask('missing.demo.test'), { exists: false, records: [] })
  assert.deepEqual(await ask('data.demo.test', 'AAAA'), { exists: true, records: [] })
})

test('TCP: a message cut into single bytes, then many in one piece, all answered in order', async context => {
  const { tcp } = await served(context)
  const socket = await tcp()
  socket.setNoDelay(true)
  for (const byte of framedQuery(1)) {
    socket.write(Buffer.of(byte))
    await new Promise(resolve => setImmediate(resolve))
  }
  socket.write(Buffer.concat([2, 3, 4, 5].map(id => framedQuery(id))))
  const answered = await replies(socket, 5)
  assert.deepEqual(
    answered.map(({ id }) => id),
    [1, 2, 3, 4, 5],
  )
})

test('TCP: a client that asks and closes its side gets its answers', async context => {
  const { tcp } = await served(context)
  const socket = await tcp()
  socket.end(Buffer.concat([framedQuery(1), framedQuery(2)]))
  assert.equal((await replies(socket, 2)).length, 2)
})

test('TCP: a message announced too long ends the connection', async context => {
  const { tcp } = await served(context)
  const socket = await tcp()
  socket.resume().write(Buffer.of(0xff, 0xff))
  await once(socket, 'end')
})

test('TCP: a client that asks without end and never reads does not fill the memory', async context => {
  const { tcp, ask } = await served(context)
  const socket = await tcp()
  socket.pause()
  const burst = Buffer.concat(Array.from({ length: 500 }, (_, id) => framedQuery(id, 'long.demo.test.', 16)))
  // Each burst asks for 1.6 MB; the server stops reading, and then this side cannot write any more.
  const deadline = systemClock.now() + 60_000
  let sent = 0
  while (socket.writableLength < 200_000 && systemClock.now() < deadline) {
    socket.write(burst)
    sent++
    await new Promise(resolve => setImmediate(resolve))
  }
  assert.ok(socket.writableLength >= 200_000, `the server went on reading ${sent} bursts`)
  assert.equal((await ask()).records.length, 2)
})

test('TCP: a stopped reader is served on when it reads again', async context => {
  const { tcp } = await served(context)
  const socket = await tcp()
  socket.pause()
  const ids = Array.from({ length: 3_000 }, (_, id) => id)
  socket.write(Buffer.concat(ids.map(id => framedQuery(id, 'long.demo.test.', 16))))
  await new Promise(resolve => setImmediate(resolve))
  const answered = await replies(socket, ids.length)
  assert.deepEqual(
    answered.map(({ id }) => id),
    ids,
  )
})

test('garbage by UDP and TCP: nothing breaks and others are served', async context => {
  const { server, tcp, ask } = await served(context)
  const udp = createSocket('udp4')
  context.after(() => udp.close())
  const random = systemRandom()
  for (let i = 0; i < 300; i++) {
    const noise = Buffer.from(Uint8Array.from({ length: random.uint32() % 600 }, () => random.uint32() & 255))
    udp.send(noise, server.at.port, server.at.address)
    if (i % 30 === 0) (await tcp()).resume().write(noise)
  }
  assert.equal((await ask()).records.length, 2)
})

test('1,000 idle TCP connections: the longest idle give way, and a new client is served', async context => {
  const { tcp, ask } = await served(context)
  let closed = 0
  for (let i = 0; i < 1_000; i++) {
    const socket = await tcp()
    socket.resume()
    socket.once('close', () => closed++)
    socket.once('end', () => socket.end())
  }
  assert.equal((await ask('long.demo.test', 'TXT')).records.length, 30)
  const socket = await tcp()
  socket.write(framedQuery(7))
  assert.equal((await replies(socket, 1))[0]?.id, 7)
  assert.ok(closed >= 700, `${closed} closed`)
})

test('idle and half-sent: closed after the idle timeout, and not before', async context => {
  const clock = new SimulatedClock()
  const limits = { connectionsMax: 10, connectionsPerAddressMax: 10, idleTimeoutMs: 5_000 }
  const { tcp } = await served(context, limits, clock)
  const [idle, half, busy] = [await tcp(), await tcp(), await tcp()]
  half.write(framedQuery(1).subarray(0, 10))
  busy.write(framedQuery(0))
  await replies(busy, 1)
  clock.advance(4_000)
  busy.write(framedQuery(2))
  await replies(busy, 1)
  const ends = Promise.all([once(idle.resume(), 'end'), once(half.resume(), 'end')])
  clock.advance(2_000)
  await ends
  busy.write(framedQuery(3))
  assert.equal((await replies(busy, 1))[0]?.id, 3)
})

test('an address that replies could not come from, and one in use, are refused with words', async context => {
  const { server } = await served(context)
  const zones = zoneSnapshot(await snapshotOf({}), allHealthy)
  const start = (address: string, port: number) =>
    startDnsServer({
      network: systemNetwork,
      clock: systemClock,
      random: systemRandom(),
      at: { address, port },
      zones: () => zones,
    })
  await assert.rejects(start('0.0.0.0', 0), /one address of this machine|cannot listen on 0\.0\.0\.0/)
  await assert.rejects(start('127.0.0.1', server.at.port), { code: 'address_in_use' })
})

/** A transfer of many long messages, which counts how many it was asked for. */
function manyMessages(count: number) {
  const state = { taken: 0 }
  const special: AnswerSpecial = message =>
    (function* () {
      for (; state.taken < count; state.taken++) {
        const records = text.map(one => ({
          name: 'long.demo.test.',
          ttlSeconds: 1,
          data: { type: 'TYPE65280', bytes: Buffer.from(one) } as const,
        }))
        const id = Buffer.from(message).readUInt16BE(0)
        yield encodeMessage({ ...emptyMessage, id, isResponse: true, answers: records })
      }
    })()
  return { state, special }
}

test('a reply of many messages is made as the client reads, and the next query waits for its end', async context => {
  const { state, special } = manyMessages(3_000)
  const { tcp } = await served(context, undefined, systemClock, special)
  const socket = await tcp()
  socket.pause()
  socket.write(Buffer.concat([framedQuery(1, 'demo.test.', 252), framedQuery(2), framedQuery(3)]))
  const deadline = systemClock.now() + 60_000
  let before = -1
  while (state.taken !== before && systemClock.now() < deadline) {
    before = state.taken
    for (let i = 0; i < 50; i++) await new Promise(resolve => setImmediate(resolve))
  }
  assert.ok(state.taken < 3_000, 'it waits for the reader')
  const answered = await replies(socket, 3_002)
  assert.deepEqual(
    answered.map(({ id }) => id),
    [...Array.from({ length: 3_000 }, () => 1), 2, 3],
  )
})

test('a client that goes away in the middle of a long reply leaves nothing behind', async context => {
  const { state, special } = manyMessages(1_000_000)
  const { tcp, ask } = await served(context, undefined, systemClock, special)
  const socket = await tcp()
  socket.write(framedQuery(1, 'demo.test.', 252))
  await once(socket, 'data')
  socket.resetAndDestroy()
  assert.equal((await ask()).records.length, 2)
  assert.ok(state.taken < 1_000_000)
})

test('counts tell what was asked and how it was answered', async context => {
  const { server, ask } = await served(context)
  await ask()
  await ask('missing.demo.test')
  await ask('long.demo.test', 'TXT')
  const { queries, byType, byRcode, unanswered, limited } = server.counts()
  assert.deepEqual(queries, { udp: 3, tcp: 1 })
  assert.deepEqual([byType.get(1), byType.get(16)], [2, 2])
  assert.deepEqual([byRcode.get(0), byRcode.get(3)], [3, 1])
  assert.deepEqual([unanswered, limited], [0, { truncated: 0, dropped: 0 }])
})
