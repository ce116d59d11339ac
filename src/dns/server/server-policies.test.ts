import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { seededRandom } from '../../base/random.ts'
import { SimulatedClock } from '../../testing/clock.ts'
import { failoverDocuments, snapshotOf, values } from '../../testing/dns-documents.ts'
import type { Source } from '../routing/source.ts'
import { allHealthy } from '../routing/verdict.ts'
import { emptyMessage, encodeMessage } from '../wire/message.ts'
import { type ZoneSnapshot, zoneSnapshot } from '../zone/zone-snapshot.ts'
import { type Asked, answer } from './answer.ts'
import { type ServerPolicies, type ServerSettings, serverPolicies } from './server-policies.ts'

let zones: ZoneSnapshot

before(async () => {
  const long = Array.from({ length: 20 }, (_, i) => `"${String(i).padEnd(60, 'x')}"`)
  zones = zoneSnapshot(
    await snapshotOf(
      failoverDocuments([
        values('long.demo.test.', 'TXT', ...long),
        values('*.wild.demo.test.', 'A', '192.0.2.1'),
      ]),
    ),
    allHealthy,
  )
})

const policies = (settings: ServerSettings = {}): ServerPolicies => ({
  ...serverPolicies(settings, new SimulatedClock(), seededRandom(1)),
  idleTimeoutMs: 10_000,
})

interface Query {
  readonly name?: string
  readonly type?: number
  readonly class?: number
  /** Each as hex of code, length and data. */
  readonly options?: readonly string[]
}

function query({ name = 'data.demo.test.', type = 1, class: code = 1, options }: Query): Uint8Array {
  const plain = encodeMessage({ ...emptyMessage, id: 7, questions: [{ name, type, class: code }] })
  if (options === undefined) return plain
  const data = Buffer.from(options.join(''), 'hex')
  const opt = [0, 0, 41, 4, 208, 0, 0, 0, 0, data.length >> 8, data.length & 255]
  const bytes = Buffer.concat([plain, Buffer.from(opt), data])
  bytes.writeUInt16BE(1, 10)
  return bytes
}

interface Reply {
  readonly rcode: number
  readonly truncated: boolean
  readonly answers: number
  /** Hex by option code. */
  readonly options: Readonly<Record<number, string>>
}

/** By hand: OPT is the end of every reply. */
function read(bytes: Uint8Array, asked: Query): Reply {
  const reply = Buffer.from(bytes)
  const low = reply.readUInt8(3) & 15
  const [truncated, answers] = [(reply.readUInt8(2) & 2) !== 0, reply.readUInt16BE(6)]
  if (asked.options === undefined) return { rcode: low, truncated, answers, options: {} }
  const opt = Array.from({ length: reply.length }, (_, at) => at).find(
    at =>
      reply.subarray(at, at + 5).equals(Buffer.from([0, 0, 41, 4, 208])) &&
      at + 11 + reply.readUInt16BE(at + 9) === reply.length,
  )
  assert.ok(opt !== undefined, 'OPT comes back')
  const options: Record<number, string> = {}
  for (let at = opt + 11; at < reply.length; at += 4 + reply.readUInt16BE(at + 2))
    options[reply.readUInt16BE(at)] = reply.toString('hex', at + 4, at + 4 + reply.readUInt16BE(at + 2))
  return { rcode: low | (reply.readUInt8(opt + 5) << 4), truncated, answers, options }
}

function ask(asked: Query, of: ServerPolicies = policies(), how: Partial<Asked> = {}): Reply | undefined {
  const source: Source = { address: '192.0.2.1' }
  const reply = answer(query(asked), zones, { by: 'udp', turn: 0, source, ...how }, of)
  return reply === undefined ? undefined : read(reply, asked)
}

const codes = { nsid: 3, subnet: 8, cookie: 10, keepalive: 11, error: 15 } as const
const clientCookie = '0102030405060708'
const cookieOption = (cookie: string): string =>
  `000a${(cookie.length / 2).toString(16).padStart(4, '0')}${cookie}`

test('a client cookie is given a server cookie, by which its sender is known', () => {
  const of = policies()
  const first = ask({ options: [cookieOption(clientCookie)] }, of)?.options[codes.cookie] ?? ''
  assert.equal(first.length, 48)
  assert.ok(first.startsWith(clientCookie))
  assert.equal(ask({ options: [cookieOption(first)] }, of)?.options[codes.cookie], first)
})

for (const length of [0, 1, 7, 9, 15, 41]) {
  test(`a cookie of ${length} bytes is FORMERR`, () => {
    assert.equal(ask({ options: [cookieOption('00'.repeat(length))] })?.rcode, 1)
  })
}

test('cookies demanded: BADCOOKIE with a cookie to who can keep one, TC to who cannot; TCP is served', () => {
  const of = policies({ cookies: 'required' })
  const bad = ask({ options: [cookieOption(clientCookie)] }, of)
  assert.deepEqual([bad?.rcode, bad?.answers], [23, 0])
  const given = bad?.options[codes.cookie] ?? ''
  assert.deepEqual([ask({ options: [cookieOption(given)] }, of)?.answers], [2])
  for (const asked of [{}, { options: [] }]) {
    const reply = ask(asked, of)
    assert.deepEqual([reply?.rcode, reply?.truncated, reply?.answers], [0, true, 0])
  }
  assert.equal(ask({}, of, { by: 'tcp' })?.answers, 2)
  const elsewhere = { source: { address: '192.0.2.9' } }
  assert.equal(ask({ options: [cookieOption(given)] }, of, elsewhere)?.rcode, 23)
})

test('beyond the rate: dropped, or TC without records; by TCP and with a cookie as ever', () => {
  const of = policies({ repliesPerSecond: 5 })
  const cookie = ask({ options: [cookieOption(clientCookie)] }, of)?.options[codes.cookie] ?? ''
  const replies = Array.from({ length: 20 }, () => ask({}, of))
  assert.equal(replies.filter(reply => reply?.answers === 2).length, 4)
  const slips = replies.filter(reply => reply?.truncated)
  assert.equal(slips.length, 8)
  assert.ok(slips.every(reply => reply?.answers === 0))
  assert.equal(ask({}, of, { by: 'tcp' })?.answers, 2)
  assert.equal(ask({ options: [cookieOption(cookie)] }, of)?.answers, 2)
  assert.equal(ask({ name: 'ns1.demo.test.' }, of)?.answers, 1)
})

for (const [what, asked] of [
  ['ever new names that do not exist', (i: number): Query => ({ name: `x${i}.demo.test.` })],
  ['ever new names of a wildcard', (i: number): Query => ({ name: `x${i}.wild.demo.test.` })],
  ['names not ours', (i: number): Query => ({ name: `x${i}.example.` })],
] as const) {
  test(`${what} are counted together`, () => {
    const of = policies({ repliesPerSecond: 5 })
    const replies = Array.from({ length: 20 }, (_, i) => ask(asked(i), of))
    assert.equal(replies.filter(reply => reply !== undefined && !reply.truncated).length, 5)
  })
}

test('broken messages are limited too', () => {
  const of = policies({ repliesPerSecond: 5 })
  const broken = query({}).subarray(0, 14)
  const asked: Asked = { by: 'udp', turn: 0, source: { address: '192.0.2.1' } }
  const replies = Array.from({ length: 100 }, () => answer(broken, zones, asked, of))
  assert.ok(replies.filter(reply => reply !== undefined).length < 60)
})

test('who we are is told when it may be, to who asks', () => {
  const told = policies({ identity: 'dns-1', version: 'Everport 1' })
  const hex = (text: string): string => Buffer.from(text).toString('hex')
  assert.equal(ask({ options: ['00030000'] }, told)?.options[codes.nsid], hex('dns-1'))
  assert.equal(ask({ options: [] }, told)?.options[codes.nsid], undefined)
  assert.equal(ask({ options: ['00030000'] })?.options[codes.nsid], undefined)
  for (const name of ['id.server.', 'HOSTNAME.bind.', 'version.server.', 'Version.Bind.']) {
    assert.equal(ask({ name, type: 16, class: 3 }, told)?.answers, 1)
    assert.equal(ask({ name, type: 1, class: 3 }, told)?.rcode, 5)
    assert.equal(ask({ name, type: 16, class: 3 })?.rcode, 5)
  }
})

test('CHAOS in bytes', () => {
  const reply = answer(
    query({ name: 'id.server.', type: 16, class: 3 }),
    zones,
    { by: 'udp', turn: 0, source: { address: '192.0.2.1' } },
    policies({ identity: 'dns-1' }),
  )
  const record = Buffer.from(reply ?? []).subarray(27)
  assert.equal(record.toString('hex'), `c00c0010000300000000000605${Buffer.from('dns-1').toString('hex')}`)
})

test('a client subnet comes back with scope 0 where answers are the same for everybody', () => {
  const option = '0008000700011800c00002'
  assert.equal(ask({ options: [option] })?.options[codes.subnet], '00011800c00002')
  assert.equal(ask({ options: ['0008000400010000'] })?.options[codes.subnet], '00010000')
  assert.equal(ask({ options: ['0008000400000000'] })?.options[codes.subnet], '00000000')
})

for (const [what, option] of [
  ['shorter than its head', '00080003000118'],
  ['of a family nobody knows', '0008000700031800c00002'],
  ['with more address than its prefix', '0008000800011800c0000201'],
  ['with less address than its prefix', '0008000600011800c000'],
  ['with bits behind its prefix', '0008000700011700c00003'],
  ['with a scope', '0008000700011818c00002'],
  ['of 33 bits of IPv4', '0008000900012100c000020180'],
] as const) {
  test(`a client subnet ${what} is FORMERR`, () => {
    assert.equal(ask({ options: [option] })?.rcode, 1)
  })
}

test('a picked answer is given the subnet, and says how much of it was looked at', () => {
  const seen: Source[] = []
  const plain = zones.nodes.get('\x03ns1\x04demo\x04test\x00')
  assert.ok(plain)
  const response = plain.byType.get(1)
  assert.ok(response !== undefined && !('pick' in response))
  const steered = {
    pick(source: Source) {
      seen.push(source)
      return { response, scopeBits: 20 }
    },
  }
  const node = { ...plain, byType: new Map([[1, steered]]) }
  const of: ZoneSnapshot = { ...zones, nodes: new Map([['\x03geo\x04demo\x04test\x00', node]]) }
  const asked: Query = { name: 'geo.demo.test.', options: ['0008000700011800c00002'] }
  const how: Asked = { by: 'udp', turn: 0, source: { address: '198.51.100.1' } }
  const reply = read(answer(query(asked), of, how) ?? assert.fail(), asked)
  assert.equal(reply.options[codes.subnet], '00011814c00002')
  const subnet = { family: 4, prefixBits: 24, address: Uint8Array.of(192, 0, 2, 0) }
  assert.deepEqual(seen, [{ address: '198.51.100.1', subnet }])
})

test('keepalive is told by TCP to who asks, in tenths of a second; by UDP it means nothing', () => {
  assert.equal(ask({ options: ['000b0000'] }, policies(), { by: 'tcp' })?.options[codes.keepalive], '0064')
  assert.equal(ask({ options: ['000b0000'] })?.options[codes.keepalive], undefined)
  assert.equal(ask({ options: [] }, policies(), { by: 'tcp' })?.options[codes.keepalive], undefined)
})

test('why it is refused: an extended error, to who speaks EDNS', () => {
  assert.equal(ask({ name: 'example.', options: [] })?.options[codes.error], '0014')
  assert.equal(ask({ name: 'demo.test.', type: 252, options: [] })?.options[codes.error], '0012')
  assert.equal(ask({ name: 'demo.test.', type: 249, options: [] })?.options[codes.error], '0015')
  assert.deepEqual(ask({ options: [] })?.options, {})
})

test('options that come back take their room: what no longer fits is TC', () => {
  const of = policies({ identity: 'x'.repeat(64) })
  const everything = ['00030000', cookieOption(clientCookie), '0008000700011800c00002']
  const asked: Query = { name: 'long.demo.test.', type: 16, options: everything }
  const reply = answer(query(asked), zones, { by: 'udp', turn: 0, source: { address: '192.0.2.1' } }, of)
  assert.ok(reply !== undefined && reply.length <= 1_232)
  const told = read(reply, asked)
  assert.ok(told.truncated)
  assert.deepEqual(Object.keys(told.options), ['3', '8', '10'])
})
