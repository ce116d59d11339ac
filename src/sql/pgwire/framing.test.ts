import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EverportError } from '../../base/errors.ts'
import { anyFrontendMessage, anyStartupPacket, encoded } from '../../testing/pg-messages.ts'
import { type Frame, FrameReader } from './framing.ts'
import { decodeStartupPacket, encodeFrontend } from './messages/frontend.ts'

const messages = [
  encoded({ kind: 'Query', text: 'select 1' }, encodeFrontend),
  encoded({ kind: 'Sync' }, encodeFrontend),
  encoded({ kind: 'CopyData', data: Buffer.alloc(40, 7) }, encodeFrontend),
]
const stream = Buffer.concat(messages)

function framesOf(chunks: Uint8Array[], bytesMax = 1 << 20): Frame[] {
  const reader = new FrameReader('messages', bytesMax)
  const frames: Frame[] = []
  for (const chunk of chunks) {
    reader.push(Uint8Array.from(chunk))
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame)
  }
  return frames
}

const whole = framesOf([stream]).map(plain)

function plain(frame: Frame): { type: string; body: string } {
  return { type: frame.type, body: Buffer.from(frame.body).toString('hex') }
}

test('every split of the stream in three gives the same frames', () => {
  assert.equal(whole.length, messages.length)
  for (let a = 0; a <= stream.length; a++) {
    for (let b = a; b <= stream.length; b++) {
      const frames = framesOf([stream.subarray(0, a), stream.subarray(a, b), stream.subarray(b)])
      assert.deepEqual(frames.map(plain), whole)
    }
  }
})

test('one byte at a time gives the same frames', () => {
  assert.deepEqual(framesOf([...stream].map(byte => Uint8Array.of(byte))).map(plain), whole)
})

test('any messages in any chunks: the same frames, and those given out earlier stay as they were', () => {
  fc.assert(
    fc.property(
      fc.array(anyFrontendMessage, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }),
      (sent, sizes) => {
        const bytes = Buffer.concat(sent.map(message => encoded(message, encodeFrontend)))
        const chunks: Uint8Array[] = []
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length] ?? 1
          chunks.push(bytes.subarray(at, at + size))
          at += size
        }
        assert.deepEqual(framesOf(chunks).map(plain), framesOf([bytes]).map(plain))
      },
    ),
    { numRuns: 300 },
  )
})

test('a length of 2 GB is refused at once, whether or not its bytes come', () => {
  const reader = new FrameReader('messages', 64 * 1024 * 1024)
  reader.push(Buffer.from('517fffffff', 'hex'))
  assert.throws(() => reader.next(), expectCode('message_too_large'))
  assert.equal(reader.unreadBytes, 5)
})

test('a length with the sign bit, or shorter than itself, is refused', () => {
  for (const hex of ['51ffffffff', '5100000003', '5100000000']) {
    const reader = new FrameReader('messages', 1024)
    reader.push(Buffer.from(hex, 'hex'))
    assert.throws(() => reader.next(), EverportError, hex)
  }
})

test('a startup packet longer than its limit is refused as PostgreSQL does', () => {
  const reader = new FrameReader('startup', 10_000)
  reader.push(Buffer.from('GET / HTTP/1.1\r\n\r\n'))
  assert.throws(() => reader.next(), /invalid length of startup packet/)
})

test('arbitrary bytes give frames or EverportError', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 10 }), chunks => {
      try {
        framesOf(chunks, 64)
      } catch (error) {
        assert.ok(error instanceof EverportError)
      }
    }),
    { numRuns: 1_000 },
  )
})

test('a reader with nothing unread holds no buffer, and one byte of a large message holds one byte', () => {
  const reader = new FrameReader('messages', 64 * 1024 * 1024)
  const before = process.memoryUsage().arrayBuffers
  for (let i = 0; i < 1000; i++) {
    const other = new FrameReader('messages', 64 * 1024 * 1024)
    other.push(Buffer.from('5103ffffff', 'hex'))
    assert.equal(other.next(), undefined)
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 4 * 1024 * 1024)
  reader.push(stream)
  while (reader.next() !== undefined);
  assert.equal(reader.unreadBytes, 0)
})

function expectCode(code: string): (error: unknown) => boolean {
  return error => error instanceof EverportError && error.code === code
}

test('a startup packet cut at every byte is the same packet', () => {
  fc.assert(
    fc.property(anyStartupPacket, packet => {
      const bytes = encoded(packet, encodeFrontend)
      for (let at = 0; at <= bytes.length; at++) {
        const reader = new FrameReader('startup', 10_000)
        reader.push(Uint8Array.from(bytes.subarray(0, at)))
        const early = reader.next()
        assert.equal(early !== undefined, at === bytes.length)
        reader.push(Uint8Array.from(bytes.subarray(at)))
        const frame = early ?? reader.next()
        assert.ok(frame)
        assert.deepEqual(decodeStartupPacket(frame), packet)
      }
    }),
    { numRuns: 50 },
  )
})
