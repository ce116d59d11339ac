import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { emptyMessage, encodeMessage } from '../wire/message.ts'
import { nameKey } from '../wire/name.ts'
import { uint16At } from '../wire/reader.ts'
import { putUint16 } from '../wire/writer.ts'
import { fudgeSeconds, signMessage, tsigChain, tsigErrorReply, tsigErrors, verifyTsig } from './tsig.ts'
import { type TsigKey, tsigHashes } from './tsig-key.ts'
import { appendTsig, type SignedMessage, takeTsig } from './tsig-record.ts'

const key: TsigKey = {
  name: 'copy.demo.test.',
  algorithm: 'hmac-sha256',
  secret: Buffer.from('0123456789abcdef'),
}
const keys = new Map([[nameKey(key.name), key]])
const now = 1_800_000_000
const query = encodeMessage({
  ...emptyMessage,
  id: 4711,
  questions: [{ name: 'Demo.test.', type: 252, class: 1 }],
})

function taken(bytes: Uint8Array): SignedMessage {
  const found = takeTsig(bytes)
  assert.ok(found, 'the message ends with a TSIG record')
  return found
}

for (const algorithm of ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const) {
  test(`${algorithm}: signed, taken apart, verified`, () => {
    const other = { ...key, algorithm }
    const signed = taken(signMessage(query, other, now))
    assert.deepEqual(signed.message, query)
    assert.equal(signed.tsig.mac.length, tsigHashes[algorithm].macBytes)
    assert.deepEqual(verifyTsig(signed, new Map([[nameKey(key.name), other]]), now), {
      kind: 'verified',
      key: other,
    })
    const mixed = { ...signed, keyName: 'COPY.Demo.TEST.' }
    assert.equal(verifyTsig(mixed, new Map([[nameKey(key.name), other]]), now).kind, 'verified')
  })
}

test('who passes a message on may change its id', () => {
  const bytes = signMessage(query, key, now)
  putUint16(bytes, 0, 99)
  const signed = taken(bytes)
  assert.equal(uint16At(signed.message, 0), 99)
  assert.equal(verifyTsig(signed, keys, now).kind, 'verified')
})

test('each mistake has its error', () => {
  const signed = taken(signMessage(query, key, now))
  const refused = (error: number, by?: TsigKey) => ({ kind: 'refused', error, key: by })
  const cut = (bytes: number): SignedMessage => ({
    ...signed,
    tsig: { ...signed.tsig, mac: signed.tsig.mac.slice(0, bytes) },
  })
  assert.deepEqual(verifyTsig(signed, new Map(), now), refused(tsigErrors.badKey))
  assert.deepEqual(
    verifyTsig({ ...signed, tsig: { ...signed.tsig, algorithm: 'hmac-md5.sig-alg.reg.int.' } }, keys, now),
    refused(tsigErrors.badKey),
  )
  assert.deepEqual(verifyTsig(signed, keys, now + fudgeSeconds), { kind: 'verified', key })
  assert.deepEqual(verifyTsig(signed, keys, now + fudgeSeconds + 1), refused(tsigErrors.badTime, key))
  assert.deepEqual(verifyTsig(signed, keys, now - fudgeSeconds - 1), refused(tsigErrors.badTime, key))
  assert.deepEqual(verifyTsig(cut(31), keys, now), refused(tsigErrors.badTruncation, key))
  assert.deepEqual(verifyTsig(cut(15), keys, now), { kind: 'malformed' })
  assert.deepEqual(verifyTsig(cut(0), keys, now), { kind: 'malformed' })
  const long = { ...signed, tsig: { ...signed.tsig, mac: new Uint8Array(33) } }
  assert.deepEqual(verifyTsig(long, keys, now), { kind: 'malformed' })
  assert.deepEqual(
    verifyTsig({ ...signed, message: query.with(3, 1) }, keys, now),
    refused(tsigErrors.badSignature),
  )
})

test('a signed message with one byte changed is never verified as another message', () => {
  const bytes = signMessage(query, key, now)
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const found = takeTsig(bytes.with(at, (bytes[at] ?? 0) ^ change))
      if (found === undefined || verifyTsig(found, keys, now).kind !== 'verified') return
      // The id is not signed, nor is the case of the letters of the names of key and algorithm.
      assert.deepEqual(found.message.slice(2), query.slice(2))
    }),
    { numRuns: 1_000 },
  )
})

test('any bytes are taken apart or are not', () => {
  const tail = fc.uint8Array({ maxLength: 80 })
  fc.assert(
    fc.property(tail, fc.nat(3), (bytes, additionals) => {
      const message = Uint8Array.from([...query, ...bytes])
      putUint16(message, 10, additionals)
      takeTsig(message)
      takeTsig(bytes)
    }),
    { numRuns: 1_000 },
  )
})

test('replies of several messages are a chain: none can be left out, changed or moved', () => {
  const request = taken(signMessage(query, key, now))
  const messages = [1, 2, 3].map(count =>
    encodeMessage({ ...emptyMessage, id: 4711, isResponse: true, rcode: count }),
  )
  const sign = tsigChain(key, request.tsig.mac, () => now)
  const replies = messages.map(sign).map(taken)
  assert.deepEqual(verifyTsig(replies[0] as SignedMessage, keys, now, request.tsig.mac), {
    kind: 'verified',
    key,
  })
  assert.equal(verifyTsig(replies[0] as SignedMessage, keys, now).kind, 'refused')
  const macs = replies.map(reply => Buffer.from(reply.tsig.mac).toString('hex'))
  const again = tsigChain(key, request.tsig.mac, () => now)
  const other = [messages[0], messages[2]].map(message => taken(again(message as Uint8Array)))
  assert.equal(Buffer.from(other[0]?.tsig.mac ?? []).toString('hex'), macs[0])
  assert.notEqual(Buffer.from(other[1]?.tsig.mac ?? []).toString('hex'), macs[2])
})

test('a refusal is signed where the key is known, and tells our time to who is late', () => {
  const request = taken(signMessage(query, key, now - 1_000))
  const verified = verifyTsig(request, keys, now)
  assert.ok(verified.kind === 'refused')
  const reply = taken(tsigErrorReply(request, verified, query.length, now))
  assert.equal((reply.message[3] ?? 0) & 0x0f, tsigErrors.notAuthoritative)
  assert.equal(reply.tsig.error, tsigErrors.badTime)
  assert.equal(Buffer.from(reply.tsig.other).readUIntBE(0, 6), now)
  assert.equal(verifyTsig(reply, keys, now - 1_000, request.tsig.mac).kind, 'verified')

  const stranger = verifyTsig(request, new Map(), now)
  assert.ok(stranger.kind === 'refused')
  const unsigned = taken(tsigErrorReply(request, stranger, query.length, now))
  assert.deepEqual([unsigned.tsig.error, unsigned.tsig.mac.length], [tsigErrors.badKey, 0])
})

test('a TSIG record of another class or TTL is none', () => {
  const signed = taken(signMessage(query, key, now))
  const bytes = appendTsig(query, key.name, signed.tsig)
  const classAt = query.length + 17 + 2
  assert.ok(takeTsig(bytes))
  assert.equal(takeTsig(bytes.with(classAt + 1, 1)), undefined)
  assert.equal(takeTsig(bytes.with(classAt + 5, 1)), undefined)
  assert.equal(takeTsig(Uint8Array.from([...bytes, 0])), undefined)
})
