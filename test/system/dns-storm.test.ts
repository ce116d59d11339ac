import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { pause } from '../../src/base/clock.ts'
import type { Endpoint } from '../../src/base/network.ts'
import { below, choose, type Random, seededRandom } from '../../src/base/random.ts'
import { resolver } from '../../src/dns/client.ts'
import { decodeMessage, emptyMessage, encodeMessage } from '../../src/dns/wire/message.ts'
import { decodeQuery } from '../../src/dns/wire/query.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'

/** Twelve seconds; EVERPORT_STORM_MINUTES=30 is the long form. */
const durationMs = Number(process.env['EVERPORT_STORM_MINUTES'] ?? 0.2) * 60_000
const seed = Number(process.env['EVERPORT_SEED'] ?? Date.now() % 1_000_000)
/** From a third of the time to its end: what is remembered for speed (replies by length of name, addresses) is there by then. */
const growthMegabytesMax = 64

/** What the child reports. */
interface Report {
  readonly residentBytes: number
  readonly queries: { readonly udp: number; readonly tcp: number }
  readonly unanswered: number
  readonly limited: { readonly truncated: number; readonly dropped: number }
}

test(`a storm of packets: no crash, no reply too long, none to a reply, memory flat (EVERPORT_SEED=${seed})`, {
  timeout: durationMs + 120_000,
}, async t => {
  const server = await startChild(t)
  const endAt = systemClock.now() + durationMs
  const isOver = (): boolean => systemClock.now() >= endAt
  const middle = pause(systemClock, durationMs / 3).then(() => server.report())
  const storms = [
    queryStorm(t, server.at, seededRandom(seed), isOver),
    replyStorm(t, server.at, seededRandom(seed + 1), isOver),
    tcpStorm(server.at, seededRandom(seed + 2), isOver),
  ] as const
  const honest = await honestClient(server.at, isOver)
  const [queried, replied] = await Promise.all(storms)
  const [before, after] = [await middle, await server.report()]

  assert.deepEqual(queried.wrong, [])
  assert.equal(replied, 0, 'a response was answered')
  assert.ok(queried.replies > 100 && honest > 3, `${queried.replies} replies, ${honest} honest answers`)
  const megabytes = (report: Report): number => Math.round(report.residentBytes / 1_048_576)
  t.diagnostic(
    `${JSON.stringify(after)}; resident ${megabytes(server.first)}, ${megabytes(before)}, ${megabytes(after)} MB at start, third, end`,
  )
  const growth = megabytes(after) - megabytes(before)
  assert.ok(growth < growthMegabytesMax, `memory grew by ${growth} MB`)
})

async function startChild(t: TestContext) {
  const child = fork('test/system/dns-storm-child.ts', {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  t.after(() => void child.kill('SIGKILL'))
  const message = async <T>(): Promise<T> => {
    const [said] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => assert.fail('the server died')),
    ])) as [T]
    return said
  }
  const { port } = await message<{ port: number }>()
  const report = (): Promise<Report> => {
    child.send('report')
    return message<Report>()
  }
  return { at: { address: '127.0.0.1', port }, first: await report(), report }
}

/** Queries of every kind that the server looks at, to be broken. */
function corpus(): Uint8Array[] {
  const names = [
    'data.demo.test.',
    'LONG.demo.test.',
    'x.wild.demo.test.',
    'www.demo.test.',
    'a.child.demo.test.',
    'missing.demo.test.',
    'demo.test.',
    'example.org.',
    'version.bind.',
    '.',
  ]
  const types = [1, 2, 6, 16, 28, 41, 43, 250, 251, 252, 255, 1_000]
  const options = [
    '',
    '000a00080102030405060708',
    `000a0018${'01'.repeat(24)}`,
    '00030000000b0000',
    '0008000700011800c00002',
    '000800080002380020010db8',
    'fde9000411223344',
  ]
  return names.flatMap(name =>
    types.flatMap(type => {
      const asked = { name, type, class: name === 'version.bind.' ? 3 : 1 }
      const plain = encodeMessage({ ...emptyMessage, id: 1, questions: [asked] })
      return [plain, ...options.map(option => withOpt(plain, option))]
    }),
  )
}

function withOpt(query: Uint8Array, options: string): Uint8Array {
  const data = Buffer.from(options, 'hex')
  const opt = Buffer.from([0, 0, 41, 0x10, 0, 0, 0, 0, 0, data.length >> 8, data.length & 255, ...data])
  const bytes = Buffer.concat([query, opt])
  bytes.writeUInt16BE(1, 10)
  return bytes
}

/** A query as it is, with some bytes changed, cut, lengthened, or noise. */
function packet(random: Random, queries: readonly Uint8Array[]): Buffer {
  if (below(random, 5) === 0) return noise(random, below(random, 700))
  const query = Buffer.from(choose(random, queries) ?? noise(random, 20))
  for (let changes = below(random, 4); changes > 0; changes--)
    query[below(random, query.length)] = random.uint32() & 255
  switch (below(random, 8)) {
    case 0:
      return query.subarray(0, below(random, query.length))
    case 1:
      return Buffer.concat([query, noise(random, below(random, 40))])
    default:
      return query
  }
}

function noise(random: Random, length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, () => random.uint32() & 255))
}

async function udpClient(t: TestContext): Promise<UdpSocket> {
  const socket = createSocket('udp4')
  socket.on('error', () => undefined)
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.after(() => void socket.close())
  return socket
}

async function queryStorm(t: TestContext, to: Endpoint, random: Random, isOver: () => boolean) {
  const socket = await udpClient(t)
  const queries = corpus()
  const wrong: string[] = []
  let [replies, id] = [0, 0]
  /** By id, the longest reply that one of the last packets with it may get. */
  const allowed = new Map<number, number>()
  socket.on('message', reply => {
    replies++
    const limit = reply.length < 12 ? undefined : allowed.get(reply.readUInt16BE(0))
    const complaint =
      limit === undefined
        ? 'answers nothing'
        : reply.length > limit
          ? `${reply.length} bytes, ${limit} allowed`
          : complaintOf(reply)
    if (complaint !== undefined && wrong.length < 10) wrong.push(`${complaint}: ${reply.toString('hex')}`)
  })
  while (!isOver()) {
    for (let i = 0; i < 40; i++) {
      const bytes = packet(random, queries)
      if (bytes.length >= 12) {
        // In turn, so that no two on their way share one.
        id = (id + 1) & 0xffff
        bytes.writeUInt16BE(id, 0)
        allowed.set(id, replyBytesMax(bytes))
      }
      socket.send(bytes, to.port, to.address)
    }
    await pause(systemClock, 4)
  }
  await pause(systemClock, 200)
  return { replies, wrong }
}

function replyBytesMax(bytes: Uint8Array): number {
  const query = decodeQuery(bytes)
  if (query === 'drop') return 0
  if (typeof query === 'string') return 12
  return query.edns === undefined ? 512 : Math.min(1_232, Math.max(512, query.edns.payloadBytesMax))
}

function complaintOf(reply: Buffer): string | undefined {
  if (((reply[2] ?? 0) & 0x80) === 0) return 'no response'
  // Records of class CHAOS are beyond the reader.
  if (reply.includes('storm')) return undefined
  try {
    const { truncated, answers, authorities } = decodeMessage(reply)
    return truncated && answers.length + authorities.length > 0 ? 'TC with records' : undefined
  } catch (error) {
    return String(error)
  }
}

/** Responses, and packets that could be taken for them: answering one lets two servers talk for ever. */
async function replyStorm(t: TestContext, to: Endpoint, random: Random, isOver: () => boolean) {
  const socket = await udpClient(t)
  const queries = corpus()
  let replies = 0
  socket.on('message', () => replies++)
  while (!isOver()) {
    for (let i = 0; i < 5; i++) {
      const bytes = packet(random, queries)
      if (bytes.length > 2) bytes[2] = (bytes[2] ?? 0) | 0x80
      socket.send(bytes, to.port, to.address)
    }
    await pause(systemClock, 10)
  }
  return replies
}

/** Lengths that lie, halves, crowds that never read, resets. */
async function tcpStorm(to: Endpoint, random: Random, isOver: () => boolean): Promise<void> {
  const queries = corpus()
  while (!isOver()) {
    const sockets = Array.from({ length: 8 }, () => {
      const socket = connect({ host: to.address, port: to.port })
      socket.on('error', () => undefined)
      if (below(random, 2) === 0) socket.resume()
      const messages = Array.from({ length: below(random, 300) }, () => packet(random, queries))
      const stream = Buffer.concat(
        messages.flatMap(bytes => [
          Buffer.of(bytes.length >> 8, below(random, 50) === 0 ? random.uint32() & 255 : bytes.length & 255),
          bytes,
        ]),
      )
      socket.write(
        stream.subarray(0, below(random, 2) === 0 ? stream.length : below(random, stream.length + 1)),
      )
      return socket
    })
    await pause(systemClock, 40)
    for (const socket of sockets) {
      if (below(random, 2) === 0) socket.destroy()
      else socket.resetAndDestroy()
    }
  }
}

/** Asks on as a resolver would, and must always get its answer, by TCP when told so. */
async function honestClient(at: Endpoint, isOver: () => boolean): Promise<number> {
  const ask = resolver({ network: systemNetwork, clock: systemClock, random: systemRandom() })
  let answered = 0
  while (!isOver()) {
    const { records } = await ask('data.demo.test', 'A', { servers: [at], timeoutMs: 2_000, retries: 5 })
    assert.equal(records.length, 2)
    answered++
    await pause(systemClock, 50)
  }
  return answered
}
