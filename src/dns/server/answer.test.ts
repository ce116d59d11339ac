import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import fc from 'fast-check'
import { failoverDocuments, snapshotOf, values } from '../../testing/dns-documents.ts'
import { allHealthy } from '../routing/verdict.ts'
import type { Edns } from '../wire/edns.ts'
import { decodeMessage, emptyMessage, encodeMessage, type Message } from '../wire/message.ts'
import { type ZoneSnapshot, zoneSnapshot } from '../zone/zone-snapshot.ts'
import { answer } from './answer.ts'

let zones: ZoneSnapshot
const source = { address: '192.0.2.1' }

before(async () => {
  const long = Array.from({ length: 20 }, (_, i) => `"${String(i).padEnd(60, 'x')}"`)
  const addresses = Array.from({ length: 25 }, (_, i) => `192.0.2.${i}`)
  const documents = failoverDocuments([
    values('long.demo.test.', 'TXT', ...long),
    values('many.demo.test.', 'A', ...addresses),
    values('*.wild.demo.test.', 'TXT', '"any"'),
    values('www.demo.test.', 'CNAME', 'data.demo.test.'),
    values('child.demo.test.', 'NS', 'ns.child.demo.test.'),
  ])
  zones = zoneSnapshot(await snapshotOf(documents), allHealthy)
})

const opt = (fields: Partial<Edns> = {}): Edns => ({
  payloadBytesMax: 4096,
  version: 0,
  dnssecOk: false,
  extendedRcode: 0,
  ...fields,
})

function query(name: string, type: number, fields: Partial<Message> = {}): Uint8Array {
  return encodeMessage({ ...emptyMessage, id: 4711, questions: [{ name, type, class: 1 }], ...fields })
}

function ask(bytes: Uint8Array, by: 'udp' | 'tcp' = 'udp'): Message {
  const reply = answer(bytes, zones, { by, turn: 0, source })
  assert.ok(reply !== undefined)
  return decodeMessage(reply)
}

test('id, RD and the question come back, the question in its own case; AA is set, RA, AD and CD are not', () => {
  const reply = ask(
    query('dAtA.dEmO.tEsT.', 1, { recursionDesired: true, authenticData: true, checkingDisabled: true }),
  )
  assert.equal(reply.id, 4711)
  assert.deepEqual(reply.questions, [{ name: 'dAtA.dEmO.tEsT.', type: 1, class: 1 }])
  assert.deepEqual(
    [
      reply.recursionDesired,
      reply.authoritative,
      reply.recursionAvailable,
      reply.authenticData,
      reply.checkingDisabled,
    ],
    [true, true, false, false, false],
  )
})

test('OPT comes back only when asked with, with our size, version 0 and DO as it was', () => {
  assert.equal(ask(query('data.demo.test.', 1)).edns, undefined)
  for (const dnssecOk of [false, true]) {
    for (const name of ['data.demo.test.', 'missing.demo.test.', 'elsewhere.']) {
      const { edns } = ask(query(name, 1, { edns: opt({ dnssecOk }) }))
      assert.deepEqual(edns, { payloadBytesMax: 1232, version: 0, dnssecOk, extendedRcode: 0 })
    }
  }
})

test('EDNS version 1 is BADVERS, with our version and no records', () => {
  const reply = ask(query('data.demo.test.', 1, { edns: opt({ version: 1 }) }))
  assert.equal(reply.rcode, 16)
  assert.equal(reply.edns?.version, 0)
  assert.equal(reply.answers.length, 0)
})

test('too long for UDP: TC and no record; by TCP everything', () => {
  const bytes = query('long.demo.test.', 16, { edns: opt() })
  const short = ask(bytes)
  assert.ok(short.truncated)
  assert.deepEqual([short.answers, short.authorities, short.additionals], [[], [], []])
  const whole = ask(bytes, 'tcp')
  assert.equal(whole.truncated, false)
  assert.equal(whole.answers.length, 20)
})

test('without EDNS 512 bytes are the limit, with it what the client says, up to ours', () => {
  // 25 addresses: 12 + 20 + 25 * 16 = 432 bytes; the text record: far above both.
  assert.equal(ask(query('many.demo.test.', 1)).truncated, false)
  assert.equal(ask(query('long.demo.test.', 16)).truncated, true)
  assert.equal(ask(query('many.demo.test.', 1, { edns: opt({ payloadBytesMax: 0 }) })).truncated, false)
})

const codes: readonly [title: string, fields: Partial<Message>, rcode: number][] = [
  ['another opcode', { opcode: 15 }, 4],
  ['UPDATE', { opcode: 5 }, 4],
  ['no question', { questions: [] }, 1],
  [
    'two questions',
    {
      questions: [
        { name: 'a.', type: 1, class: 1 },
        { name: 'b.', type: 1, class: 1 },
      ],
    },
    1,
  ],
  ['class CHAOS', { questions: [{ name: 'version.bind.', type: 16, class: 3 }] }, 5],
  ['class ANY', { questions: [{ name: 'data.demo.test.', type: 1, class: 255 }] }, 5],
  ['AXFR', { questions: [{ name: 'demo.test.', type: 252, class: 1 }] }, 5],
  ['IXFR', { questions: [{ name: 'demo.test.', type: 251, class: 1 }] }, 5],
  ['OPT as a type', { questions: [{ name: 'demo.test.', type: 41, class: 1 }] }, 1],
  ['TSIG as a type', { questions: [{ name: 'demo.test.', type: 250, class: 1 }] }, 4],
  ['a type nobody knows', { questions: [{ name: 'demo.test.', type: 1000, class: 1 }] }, 0],
  ['a name not ours', { questions: [{ name: 'example.org.', type: 1, class: 1 }] }, 5],
]

for (const [title, fields, rcode] of codes) {
  test(`${title} → code ${rcode}, no record`, () => {
    const reply = ask(query('x.', 1, fields))
    assert.equal(reply.rcode, rcode)
    assert.equal(reply.answers.length, 0)
    assert.equal(reply.id, 4711)
  })
}

test('a response is never answered, whatever else it says', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 12, maxLength: 100 }), bytes => {
      bytes[2] = (bytes[2] ?? 0) | 0x80
      assert.equal(answer(bytes, zones, { by: 'udp', turn: 0, source }), undefined)
    }),
  )
})

test('a name of some 120 labels is answered', () => {
  assert.equal(ask(query(`${'x.'.repeat(121)}demo.test.`, 1)).rcode, 3)
  assert.equal(ask(query(`${'x.'.repeat(119)}wild.demo.test.`, 16)).answers.length, 1)
})

const names = fc.oneof(
  fc.constantFrom(
    'data.demo.test.',
    'LONG.demo.test.',
    'many.demo.test.',
    'x.wild.demo.test.',
    'www.demo.test.',
    'a.child.demo.test.',
    'missing.demo.test.',
    'demo.test.',
    '.',
  ),
  fc.stringMatching(/^([a-z]{1,10}\.){0,8}demo\.test\.$/),
)

const queries = fc
  .record({
    name: names,
    type: fc.constantFrom(1, 2, 5, 6, 16, 28, 41, 43, 251, 252, 255, 1000),
    edns: fc.option(fc.record({ size: fc.nat(0xffff), version: fc.nat(1), dnssecOk: fc.boolean() }), {
      nil: undefined,
    }),
    rd: fc.boolean(),
  })
  .map(({ name, type, edns, rd }) => ({
    edns,
    bytes: query(name, type, {
      recursionDesired: rd,
      edns:
        edns === undefined
          ? undefined
          : opt({ payloadBytesMax: edns.size, version: edns.version, dnssecOk: edns.dnssecOk }),
    }),
  }))

test('every query gets a reply that decodes, fits, repeats id and question, and is whole or empty', () => {
  fc.assert(
    fc.property(queries, fc.nat(), fc.boolean(), ({ bytes, edns }, turn, byTcp) => {
      const reply = answer(bytes, zones, { by: byTcp ? 'tcp' : 'udp', turn, source })
      assert.ok(reply !== undefined)
      const limit = edns === undefined ? 512 : Math.min(1232, Math.max(512, edns.size))
      if (!byTcp) assert.ok(reply.length <= limit)
      const [asked, message] = [decodeMessage(bytes), decodeMessage(reply)]
      assert.ok(message.isResponse)
      assert.equal(message.id, asked.id)
      assert.equal(message.edns === undefined, edns === undefined)
      assert.deepEqual(message.questions, asked.questions)
      if (message.truncated) assert.equal(message.answers.length + message.authorities.length, 0)
    }),
    { numRuns: 1_000 },
  )
})

test('any bytes, and any query with a byte changed, get a reply that decodes or none; nothing throws', () => {
  const broken = fc
    .tuple(queries, fc.nat(), fc.nat(255))
    .map(([{ bytes }, place, value]) => bytes.with(place % bytes.length, value))
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), broken), bytes => {
      const original = bytes.slice()
      const reply = answer(bytes, zones, { by: 'udp', turn: 1, source })
      assert.deepEqual(bytes, original)
      if (reply !== undefined) assert.equal(decodeMessage(reply).isResponse, true)
    }),
    { numRuns: 3_000 },
  )
})
