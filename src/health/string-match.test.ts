import assert from 'node:assert/strict'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { systemClock } from '../io/clock.ts'
import { systemNetwork } from '../io/network.ts'
import { chunkedBody } from './chunked-body.ts'
import { searchedBytesMax } from './http-content.ts'
import { type HttpAsk, type Judgement, responseJudge } from './judge-response.ts'
import type { ProbeResult } from './probe.ts'
import { networkProbes } from './send-probe.ts'

const ask: HttpAsk = {
  protocol: 'http',
  host: 'checked.example',
  path: '/',
  matcher: [[200, 399]],
  wholeHead: true,
  search: 'all is well',
}

/** What the judge says of an answer that comes in these pieces and then ends so. */
function judged(pieces: readonly Buffer[], end: 'closed' | 'timeout' = 'closed'): Judgement {
  const judge = responseJudge(ask)
  for (const piece of pieces) {
    const judgement = judge.push(piece)
    if (judgement !== undefined) return judgement
  }
  return judge.end(end)
}

const wordOf = (judgement: Judgement): string => (judgement.passed ? 'passed' : judgement.reason)
const answer = (body: Buffer | string, ...fields: string[]): Buffer =>
  Buffer.concat([Buffer.from(['HTTP/1.1 200 OK', ...fields, '', ''].join('\r\n')), Buffer.from(body)])
const chunked = (...chunks: string[]): string =>
  [...chunks, ''].map(chunk => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')

const well = 'so far all is well here'
const filler = (bytes: number): string => '.'.repeat(bytes)
const noise = Buffer.from(
  Array.from({ length: 40_000 }, (_, i) => (Math.imul(i, 2_654_435_761) >>> 11) & 255),
)

const rows: [name: string, answer: Buffer, word: string][] = [
  ['the text', answer(well), 'passed'],
  ['the text in other case', answer(well.toUpperCase()), 'content'],
  ['no body', answer('', 'Content-Length: 0'), 'content'],
  ['204', Buffer.from('HTTP/1.1 204 No Content\r\n\r\n'), 'content'],
  ['the text in the last bytes that count', answer(filler(searchedBytesMax - 11) + 'all is well'), 'passed'],
  ['the text one byte later', answer(filler(searchedBytesMax - 10) + 'all is well'), 'content'],
  ['the text beyond the content length', answer('12' + well, 'Content-Length: 2'), 'content'],
  ['the text across chunks', answer(chunked('all i', 's well'), 'Transfer-Encoding: chunked'), 'passed'],
  ['chunks without end marker', answer('b\r\nall is well', 'Transfer-Encoding: chunked'), 'passed'],
  ['a chunk size that is none', answer('xyz\r\nall is well', 'Transfer-Encoding: chunked'), 'protocol'],
  ['a chunk longer than its size', answer('3\r\nall is well\r\n', 'Transfer-Encoding: chunked'), 'protocol'],
  ['gzip', answer(gzipSync(well), 'Content-Encoding: gzip'), 'passed'],
  ['deflate', answer(deflateSync(well), 'Content-Encoding: deflate'), 'passed'],
  ['deflate without its wrapper', answer(deflateRawSync(well), 'Content-Encoding: deflate'), 'passed'],
  ['gzip that is none', answer(well, 'Content-Encoding: gzip'), 'content'],
  [
    'gzip cut short before the text',
    answer(gzipSync(noise).subarray(0, 900), 'Content-Encoding: gzip'),
    'content',
  ],
  ['a coding that nobody knows', answer(well, 'Content-Encoding: br'), 'content'],
  ['a gzip bomb', answer(gzipSync(Buffer.alloc(50_000_000)), 'Content-Encoding: gzip'), 'content'],
  [
    'gzip, the text one byte too late',
    answer(gzipSync(filler(searchedBytesMax - 10) + well), 'Content-Encoding: gzip'),
    'content',
  ],
  [
    'interim answers first',
    Buffer.concat([Buffer.from('HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n'), answer(well)]),
    'passed',
  ],
  ['only an interim answer', Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'), 'protocol'],
  ['a redirect with the text', Buffer.from(`HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n${well}`), 'passed'],
  ['503 with the text', Buffer.from(`HTTP/1.1 503 Service Unavailable\r\n\r\n${well}`), 'status'],
  ['a header with a space before its colon', answer(well, 'X-Bad : 1'), 'protocol'],
  ['a folded header', answer(well, 'X-Bad: 1', ' more'), 'protocol'],
  ['a header without colon', answer(well, 'nonsense'), 'protocol'],
  ['a content length that is none', answer(well, 'Content-Length: -5'), 'protocol'],
  [
    'headers of 16 KiB and more',
    answer(well, ...Array.from({ length: 200 }, (_, i) => `X-${i}: ${filler(90)}`)),
    'protocol',
  ],
]
for (const [name, bytes, word] of rows) {
  test(`string match: ${name}: ${word}`, () => {
    assert.equal(wordOf(judged([bytes])), word)
    const bytewise = bytes.length < 20_000 ? [...bytes].map(byte => Buffer.from([byte])) : [bytes]
    assert.equal(wordOf(judged(bytewise)), word, 'byte by byte')
  })
}

test('an end by timeout in the body still finds a text that is there', () => {
  const bytes = answer(gzipSync(well).subarray(0, -8), 'Content-Encoding: gzip')
  assert.equal(wordOf(judged([bytes], 'timeout')), 'passed')
  const without = judged([answer('not yet')], 'timeout')
  assert.deepEqual(without, { passed: false, reason: 'timeout', stage: 'body', says: '' })
})

const plainAnswers = rows
  .map(row => row[1].subarray(0, 400))
  .filter(bytes => !bytes.includes('Content-Encoding'))

test('no bytes make the judge throw, and pieces change nothing', () => {
  const near = fc
    .array(fc.oneof(fc.constantFrom(...plainAnswers), fc.uint8Array({ maxLength: 60 })), {
      maxLength: 4,
    })
    .map(parts => Buffer.concat(parts))
  fc.assert(
    fc.property(near, fc.array(fc.nat(80), { maxLength: 20 }), (bytes, cuts) => {
      const pieces: Buffer[] = []
      let rest = bytes
      for (const cut of cuts) {
        pieces.push(rest.subarray(0, cut))
        rest = rest.subarray(cut)
      }
      assert.equal(wordOf(judged([...pieces, rest])), wordOf(judged([bytes])))
    }),
    { numRuns: 1_000 },
  )
})

test('chunks come out as they went in, whatever the pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 })), fc.integer({ min: 1, max: 9 }), (parts, size) => {
      const chunks = parts.map(part => Buffer.from(part, 'latin1').toString('latin1'))
      const bytes = Buffer.from(chunked(...chunks), 'latin1')
      const body = chunkedBody()
      const found: Buffer[] = []
      for (let at = 0; at < bytes.length; at += size) found.push(...body.push(bytes.subarray(at, at + size)))
      assert.equal(Buffer.concat(found).toString('latin1'), chunks.join(''))
      assert.ok(body.isWhole())
      assert.equal(body.fault(), undefined)
    }),
  )
})

// On real sockets

const send = networkProbes(systemNetwork, systemClock)
const phases = { connectMs: 10_000, answerMs: 10_000, bodyMs: 10_000 }
/** A limit that is passed, whatever comes meanwhile. */
const shortMs = 80

async function probed(
  serve: (socket: Socket) => void,
  limits: Partial<typeof phases> = {},
): Promise<ProbeResult> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket.on('error', () => undefined))
    socket.once('data', () => serve(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    return await new Promise(resolve =>
      send(
        { to: { address: '127.0.0.1', port }, timeoutMs: 60_000, phases: { ...phases, ...limits }, ...ask },
        resolve,
      ),
    )
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

/** Writes `text` again as soon as the last one is out and a moment has passed. */
const drip = (socket: Socket, text: string): void => {
  const timer = setInterval(() => socket.write(text), 5)
  socket.once('close', () => clearInterval(timer))
}

test('a head that drips is cut off by the limit of the answer', async () => {
  const limits = { answerMs: shortMs }
  const result = await probed(socket => drip(socket, 'HTTP/1.1 200 OK\r\nX-Slow: '.slice(0, 1)), limits)
  assert.equal(result.passed, false)
  const slow = await probed(socket => {
    socket.write('HTTP/1.1 200 OK\r\n')
    drip(socket, 'X-Slow: 1\r\n')
  }, limits)
  assert.equal(slow.passed ? 'passed' : slow.reason, 'timeout')
  assert.equal(slow.evidence, 'no answer within 80 ms')
  assert.ok(slow.latencyMs < 5_000, `${slow.latencyMs} ms`)
})

test('a body that drips is cut off by the limit of the body', async () => {
  const result = await probed(
    socket => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      drip(socket, '.')
    },
    { bodyMs: shortMs },
  )
  assert.equal(result.passed ? 'passed' : result.stage, 'body')
  assert.match(result.evidence, /did not come within 80 ms/)
  assert.ok(result.latencyMs < 5_000, `${result.latencyMs} ms`)
})

test('a text that comes slowly but in time is found before the body ends', async () => {
  const result = await probed(socket => {
    socket.write('HTTP/1.1 200 OK\r\n\r\nall is')
    setImmediate(() => socket.write(' well, and more to come'))
  })
  assert.equal(result.passed, true, result.evidence)
})

test('an endless body is cut off and fails when the text is not in its beginning', async () => {
  let closed: Promise<void> | undefined
  const result = await probed(socket => {
    closed = new Promise(resolve => socket.once('close', () => resolve()))
    const pump = (): void => {
      while (!socket.destroyed && socket.write(Buffer.alloc(16_384, '.')));
    }
    socket.on('drain', pump)
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    pump()
  })
  await closed
  assert.equal(result.passed ? 'passed' : result.reason, 'content')
})
