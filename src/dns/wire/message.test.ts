import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeMessage, emptyMessage, encodeMessage, type Message } from './message.ts'
import { decodeQuery } from './query.ts'
import type { RecordData } from './records/table.ts'
import { WireError } from './wire-error.ts'

const name = fc
  .array(fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/), { maxLength: 4 })
  .map(labels => `${labels.join('.')}.`)
const uint32 = fc.nat(0xffff_ffff)
const uint16 = fc.nat(0xffff)
const data: fc.Arbitrary<RecordData> = fc.oneof(
  fc.ipV4().map(address => ({ type: 'A', address }) as const),
  name.map(nameServer => ({ type: 'NS', nameServer }) as const),
  name.map(target => ({ type: 'CNAME', target }) as const),
  fc
    .array(fc.uint8Array({ maxLength: 255 }), { minLength: 1, maxLength: 4 })
    .map(strings => ({ type: 'TXT', strings }) as const),
  fc.tuple(name, name, uint32, uint32).map(
    ([primaryServer, mailbox, serial, seconds]) =>
      ({
        type: 'SOA',
        primaryServer,
        mailbox,
        serial,
        refreshSeconds: seconds,
        retrySeconds: 0,
        expireSeconds: seconds,
        minimumSeconds: 1,
      }) as const,
  ),
  fc.uint8Array({ maxLength: 40 }).map(bytes => ({ type: 'TYPE65280', bytes }) as const),
)
const records = fc.array(fc.record({ name, ttlSeconds: uint32, data }, { noNullPrototype: true }), {
  maxLength: 4,
})

const message: fc.Arbitrary<Message> = fc
  .record({
    id: uint16,
    isResponse: fc.boolean(),
    opcode: fc.nat(15),
    authoritative: fc.boolean(),
    truncated: fc.boolean(),
    recursionDesired: fc.boolean(),
    recursionAvailable: fc.boolean(),
    authenticData: fc.boolean(),
    checkingDisabled: fc.boolean(),
    questions: fc.array(fc.record({ name, type: uint16, class: uint16 }, { noNullPrototype: true }), {
      maxLength: 2,
    }),
    answers: records,
    authorities: records,
    additionals: records,
    extended: fc.option(fc.tuple(uint16, fc.boolean(), fc.nat(255)), { nil: undefined }),
    rcode: fc.nat(15),
  })
  .map(({ extended, ...rest }) => ({
    ...rest,
    rcode: rest.rcode | ((extended?.[2] ?? 0) << 4),
    edns:
      extended === undefined
        ? undefined
        : { payloadBytesMax: extended[0], dnssecOk: extended[1], version: 0, extendedRcode: extended[2] },
  }))

test('any message survives encode → decode', () => {
  fc.assert(
    fc.property(message, original => {
      assert.deepEqual(decodeMessage(encodeMessage(original)), original)
    }),
  )
})

test('every number is kept wherever it lies, also where the bytes need more room', () => {
  for (let length = 400; length <= 600; length++) {
    const strings = [200, 150, length - 350].map(size => new Uint8Array(size))
    const seconds = 0x01020304
    const names = { primaryServer: 'a.', mailbox: 'b.' }
    const times = { refreshSeconds: 5, retrySeconds: 6, expireSeconds: 7, minimumSeconds: 8 }
    const original: Message = {
      ...emptyMessage,
      answers: [
        { name: '.', ttlSeconds: seconds, data: { type: 'TXT', strings } },
        { name: '.', ttlSeconds: seconds, data: { type: 'SOA', ...names, serial: seconds, ...times } },
      ],
    }
    assert.deepEqual(
      decodeMessage(encodeMessage(original)).answers,
      original.answers,
      `${length} bytes before`,
    )
  }
})

test('any bytes decode or are a WireError, and decoding never invents records', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
      try {
        const decoded = decodeMessage(bytes)
        assert.ok(decoded.answers.length * 11 <= bytes.length)
      } catch (error) {
        assert.ok(error instanceof WireError, String(error))
      }
    }),
    { numRuns: 2_000 },
  )
})

test('a message with one changed byte or a cut end decodes or is a WireError; the query decoder never throws', () => {
  fc.assert(
    fc.property(message, fc.nat(), fc.nat(255), fc.boolean(), (original, place, value, cut) => {
      const bytes = encodeMessage(original)
      const at = place % bytes.length
      const broken = cut ? bytes.slice(0, at) : bytes.with(at, value)
      decodeQuery(broken)
      try {
        decodeMessage(broken)
      } catch (error) {
        assert.ok(error instanceof WireError, String(error))
      }
    }),
    { numRuns: 500 },
  )
})

test('counts that claim 65535 records in a bare header are refused at once', () => {
  const bytes = new Uint8Array(12).fill(0xff, 4)
  assert.throws(() => decodeMessage(bytes), WireError)
})

const plain = encodeMessage({
  ...emptyMessage,
  id: 7,
  questions: [{ name: 'DaTa.test.', type: 1, class: 1 }],
})
const edns = { payloadBytesMax: 4096, version: 0, dnssecOk: true, extendedRcode: 0 }

test('a query is decoded with a lower-case key, the label count and EDNS', () => {
  const query = decodeQuery(plain)
  assert.deepEqual(query, {
    key: '\x04data\x04test\0',
    labels: 2,
    questionEnd: plain.length,
    type: 1,
    class: 1,
    edns: undefined,
    optionsStart: 0,
    optionsEnd: 0,
    isSigned: false,
  })
  const withEdns = decodeQuery(
    encodeMessage({ ...emptyMessage, questions: [{ name: '.', type: 2, class: 1 }], edns }),
  )
  assert.ok(typeof withEdns === 'object')
  assert.equal(withEdns.key, '\0')
  assert.deepEqual(withEdns.edns, edns)
})

test('what is no query says how it is to be treated', () => {
  const question = { name: 'a.', type: 1, class: 1 }
  const record = { name: '.', ttlSeconds: 0, data: { type: 'A', address: '1.2.3.4' } } as const
  const of = (fields: Partial<Message>): Uint8Array =>
    encodeMessage({ ...emptyMessage, questions: [question], ...fields })
  assert.equal(decodeQuery(plain.slice(0, 11)), 'drop')
  assert.equal(decodeQuery(of({ isResponse: true })), 'drop')
  assert.equal(decodeQuery(of({ opcode: 15 })), 'not-implemented')
  assert.equal(decodeQuery(of({ questions: [] })), 'format-error')
  assert.equal(decodeQuery(of({ questions: [question, question] })), 'format-error')
  assert.equal(decodeQuery(of({ answers: [record] })), 'format-error')
  assert.equal(decodeQuery(plain.slice(0, -1)), 'format-error')
  assert.equal(decodeQuery(Uint8Array.from([...plain, 0])), 'format-error')
  const opt = of({ edns }).slice(-11)
  const twoOpts = Uint8Array.from([...of({ edns }), ...opt]).with(11, 2)
  assert.equal(decodeQuery(twoOpts), 'format-error')
  const namedOpt = Uint8Array.from([...plain, 1, 0x61, ...opt]).with(11, 1)
  assert.equal(decodeQuery(namedOpt), 'format-error')
})
