import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failoverDocuments, snapshotOf, values } from '../../testing/dns-documents.ts'
import { allHealthy } from '../routing/verdict.ts'
import { classes, types } from '../wire/codes.ts'
import { decodeMessage, emptyMessage, encodeMessage, type Message } from '../wire/message.ts'
import { nameKey } from '../wire/name.ts'
import { decodeQuery } from '../wire/query.ts'
import { formatRecordValue } from '../wire/records/record-value.ts'
import type { ResourceRecord } from '../wire/resource-record.ts'
import { zoneSnapshot } from '../zone/zone-snapshot.ts'
import { answerSigned, type TransferView } from './answer-signed.ts'
import { signMessage, tsigErrors, verifyTsig } from './tsig.ts'
import type { TsigKey } from './tsig-key.ts'
import { takeTsig } from './tsig-record.ts'

const key: TsigKey = { name: 'copy.', algorithm: 'hmac-sha256', secret: Buffer.from('secret of sixteen') }
const stranger: TsigKey = { ...key, name: 'stranger.' }
const now = 1_800_000_000

async function view(extra: Parameters<typeof failoverDocuments>[0] = []): Promise<TransferView> {
  return {
    keys: new Map([key, stranger].map(one => [nameKey(one.name), one])),
    zones: zoneSnapshot(await snapshotOf(failoverDocuments(extra)), allHealthy),
    allowed: zone => (zone === nameKey('demo.test.') ? new Set([nameKey('copy.')]) : undefined),
    nowSeconds: () => now,
    mayRefuse: () => true,
    answer: message => {
      const query = decodeMessage(message)
      const text = { type: 'TXT', strings: [Buffer.alloc(200, 'x')] } as const
      const answers = query.questions.map(({ name }) => ({ name, ttlSeconds: 1, data: text }))
      return encodeMessage({ ...query, isResponse: true, answers })
    },
  }
}

const questionOf = (name: string, type: number): Partial<Message> => ({
  id: 77,
  questions: [{ name, type, class: classes.internet }],
})

function ask(
  of: TransferView,
  message: Partial<Message>,
  by: 'udp' | 'tcp' = 'tcp',
  signer: TsigKey = key,
): Message[] {
  const signed = signMessage(encodeMessage({ ...emptyMessage, ...message }), signer, now)
  const query = decodeQuery(signed)
  assert.ok(typeof query === 'object')
  const replies = answerSigned(signed, query, by, of)
  assert.ok(replies !== undefined, 'it is answered here')
  const request = takeTsig(signed)
  return [...replies].map((reply, i) => {
    const taken = takeTsig(reply)
    assert.ok(taken, 'the reply is signed')
    if (i === 0) assert.equal(verifyTsig(taken, of.keys, now, request?.tsig.mac).kind, 'verified')
    return decodeMessage(taken.message)
  })
}

const shown = ({ name, ttlSeconds, data }: ResourceRecord): string =>
  `${name} ${ttlSeconds} ${data.type} ${formatRecordValue(data)}`

test('a transfer begins and ends with the SOA; failover names stand as they are answered now', async () => {
  const [reply, ...more] = ask(await view(), questionOf('Demo.test.', types.axfr))
  assert.ok(reply)
  assert.deepEqual(more, [])
  assert.ok(reply.authoritative && reply.rcode === 0)
  assert.equal(reply.questions[0]?.name, 'Demo.test.')
  const records = reply.answers.map(shown)
  assert.match(records[0] ?? '', /^demo\.test\. 900 SOA /)
  assert.equal(records.at(-1), records[0])
  assert.equal(records.filter(record => record.includes(' SOA ')).length, 2)
  for (const record of [
    'demo.test. 300 NS ns1.demo.test.',
    'ns1.demo.test. 300 A 127.0.0.1',
    'data.demo.test. 5 A 127.0.1.1',
    'data.demo.test. 5 A 127.0.1.2',
    'a.passive.elb.demo.test. 5 A 127.0.2.1',
  ])
    assert.ok(records.includes(record), `${record} in\n${records.join('\n')}`)
})

test('many records are many messages of a bounded length, each record once', async () => {
  const texts = Array.from({ length: 1_000 }, (_, i) =>
    values(`t${i}.demo.test.`, 'TXT', `"${'x'.repeat(200)}"`),
  )
  const of = await view(texts)
  const replies = ask(of, questionOf('demo.test.', types.axfr))
  assert.ok(replies.length > 10 && replies.length < 20, `${replies.length} messages`)
  for (const reply of replies) {
    assert.equal(reply.id, 77)
    assert.ok(encodeMessage(reply).length < 17_000)
  }
  const names = replies.flatMap(reply => reply.answers).filter(record => record.data.type === 'TXT')
  assert.equal(new Set(names.map(record => record.name)).size, 1_000)
  assert.equal(names.length, 1_000)
})

test('messages are made as they are taken', async () => {
  const texts = Array.from({ length: 400 }, (_, i) =>
    values(`t${i}.demo.test.`, 'TXT', `"${'x'.repeat(200)}"`),
  )
  const signed = signMessage(
    encodeMessage({ ...emptyMessage, ...questionOf('demo.test.', types.axfr) }),
    key,
    now,
  )
  const query = decodeQuery(signed)
  assert.ok(typeof query === 'object')
  let seconds = now
  const replies = answerSigned(signed, query, 'tcp', { ...(await view(texts)), nowSeconds: () => seconds })
  const iterator = replies?.[Symbol.iterator]()
  const first = iterator?.next()
  seconds += 5
  const second = iterator?.next()
  assert.ok(first?.done === false && second?.done === false)
  assert.equal(takeTsig(second.value)?.tsig.signedAtSeconds, now + 5)
})

test('one record that fills a message has one of its own', async () => {
  const large = Array.from({ length: 240 }, () => `"${'y'.repeat(255)}"`).join(' ')
  const of = await view([values('large.demo.test.', 'TXT', large)])
  const replies = ask(of, questionOf('demo.test.', types.axfr))
  const records = replies.flatMap(reply => reply.answers)
  assert.ok(records.some(record => record.name === 'large.demo.test.'))
  assert.equal(records.at(-1)?.data.type, 'SOA')
})

test('who may not, and what is not here, is refused with a signature', async () => {
  const of = await view()
  const rcode = (...[message, by, signer]: [Partial<Message>, ('udp' | 'tcp')?, TsigKey?]): number[] =>
    ask(of, message, by, signer).map(reply => reply.rcode)
  assert.deepEqual(rcode(questionOf('demo.test.', types.axfr), 'tcp', stranger), [5])
  assert.deepEqual(rcode(questionOf('demo.test.', types.ixfr), 'tcp', stranger), [5])
  assert.deepEqual(rcode(questionOf('demo.test.', types.axfr), 'udp'), [5])
  assert.deepEqual(rcode(questionOf('other.test.', types.axfr)), [tsigErrors.notAuthoritative])
  assert.deepEqual(rcode(questionOf('data.demo.test.', types.axfr)), [tsigErrors.notAuthoritative])
})

test('IXFR: the SOA alone by UDP and to who has the newest, else the whole zone', async () => {
  const of = await view()
  const [soa] = ask(of, questionOf('demo.test.', types.ixfr), 'udp')[0]?.answers ?? []
  assert.ok(soa?.data.type === 'SOA')
  const held = (serial: number) => ({ ...soa, data: { ...soa.data, serial } }) as ResourceRecord
  const count = (serial: number): number | undefined =>
    ask(of, { ...questionOf('demo.test.', types.ixfr), authorities: [held(serial)] })[0]?.answers.length
  assert.equal(ask(of, questionOf('demo.test.', types.ixfr), 'udp')[0]?.answers.length, 1)
  assert.equal(count(soa.data.serial), 1)
  assert.ok((count(soa.data.serial - 1) ?? 0) > 10)
})

test('an ordinary query that is signed gets its usual answer, signed; by UDP no longer than the client takes', async () => {
  const of = await view()
  const edns = { payloadBytesMax: 512, version: 0, dnssecOk: false, extendedRcode: 0 }
  assert.equal(ask(of, questionOf('x.demo.test.', types.txt))[0]?.answers.length, 1)
  const [short] = ask(of, { ...questionOf('x.demo.test.', types.txt), edns }, 'udp')
  assert.deepEqual([short?.truncated, short?.answers.length], [true, 0])
  const [long] = ask(
    of,
    { ...questionOf('x.demo.test.', types.txt), edns: { ...edns, payloadBytesMax: 1232 } },
    'udp',
  )
  assert.deepEqual([long?.truncated, long?.answers.length], [false, 1])
})

test('what is not signed is left to others; a broken signature record is FORMERR', async () => {
  const of = await view()
  const plain = encodeMessage({ ...emptyMessage, ...questionOf('demo.test.', types.axfr) })
  const query = decodeQuery(plain)
  assert.ok(typeof query === 'object')
  assert.equal(answerSigned(plain, query, 'tcp', of), undefined)
  const signed = signMessage(plain, key, now)
  // The class of the TSIG record, behind the key's name of six bytes and its type.
  const broken = signed.with(plain.length + 9, 1)
  const decoded = decodeQuery(broken)
  assert.ok(typeof decoded === 'object')
  const [reply] = [...(answerSigned(broken, decoded, 'tcp', of) ?? [])]
  assert.ok(reply)
  assert.equal(decodeMessage(reply).rcode, 1)
  assert.deepEqual([...(answerSigned(broken, decoded, 'udp', { ...of, mayRefuse: () => false }) ?? [])], [])
})
