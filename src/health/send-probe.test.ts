import assert from 'node:assert/strict'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { test } from 'node:test'
import type { Endpoint } from '../base/network.ts'
import { systemClock } from '../io/clock.ts'
import { systemNetwork } from '../io/network.ts'
import type { ProbeKind, ProbeResult } from './probe.ts'
import { networkProbes } from './send-probe.ts'

const send = networkProbes(systemNetwork, systemClock)

function probe(to: Endpoint, kind: ProbeKind, timeoutMs = 20_000): Promise<ProbeResult> {
  return new Promise(resolve => send({ to, timeoutMs, ...kind }, resolve))
}

const tcp: ProbeKind = { protocol: 'tcp' }
const http: ProbeKind = {
  protocol: 'http',
  host: '127.0.1.1:9996',
  path: '/health/ready',
  matcher: [[200, 299]],
}

/** Runs `body` against a server that does `answer` with each connection, and ends both. */
async function withServer(
  answer: (socket: Socket) => void,
  body: (at: Endpoint, server: Server) => Promise<void>,
) {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, socket => {
    sockets.add(socket.on('error', () => undefined))
    answer(socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  try {
    await body({ address: '127.0.0.1', port: (server.address() as AddressInfo).port }, server)
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

const closedPort = async (): Promise<Endpoint> => {
  let found: Endpoint | undefined
  await withServer(
    () => undefined,
    async at => void (found = at),
  )
  return found as Endpoint
}

function assertFailed(result: ProbeResult, reason: string, evidence: RegExp): void {
  assert.equal(result.passed ? 'passed' : result.reason, reason)
  assert.match(result.evidence, evidence)
}

test('a TCP probe passes on a handshake and leaves no connection behind', async () => {
  let closed: Promise<void> | undefined
  await withServer(
    socket => {
      closed = new Promise(resolve => socket.once('end', resolve).resume())
    },
    async at => {
      const result = await probe(at, tcp)
      assert.ok(result.passed)
      assert.match(result.evidence, /^connected in /)
      await closed
    },
  )
})

test('a refused connect is a refused probe, of either kind', async () => {
  const at = await closedPort()
  assertFailed(await probe(at, tcp), 'refused', /connect refused/)
  assertFailed(await probe(at, http), 'refused', /connect refused/)
})

test('an HTTP probe asks as AWS does and passes by the matcher', async () => {
  let request = ''
  await withServer(
    socket => {
      socket.on('data', data => {
        request += data.toString('latin1')
        socket.end('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n')
      })
    },
    async at => {
      const result = await probe(at, http)
      assert.ok(result.passed)
      assert.match(result.evidence, /^HTTP 204 in /)
      assert.match(request, /^GET \/health\/ready HTTP\/1\.1\r\n/)
      assert.match(request, /\r\nHost: 127\.0\.1\.1:9996\r\n/)
      assert.match(request, /\r\nConnection: close\r\n\r\n$/)
    },
  )
})

const answers: [name: string, answer: string, reason: string, evidence: RegExp][] = [
  ['a status outside the matcher', 'HTTP/1.1 503 Service Unavailable\r\n\r\n', 'status', /^HTTP 503 in /],
  ['another protocol', 'SSH-2.0-OpenSSH\r\n', 'protocol', /not an HTTP\/1 answer: "SSH-2\.0-OpenSSH"/],
  ['an impossible status', 'HTTP/1.1 999 No\r\n\r\n', 'protocol', /not an HTTP\/1 answer/],
  ['an end before an answer', '', 'protocol', /closed before an answer/],
  ['an end within the status line', 'HTTP/1.1 2', 'protocol', /closed before an answer/],
  ['a status line without end', 'H'.repeat(5_000), 'protocol', /no HTTP status line within 1024 bytes/],
]
for (const [name, answer, reason, evidence] of answers) {
  test(`an HTTP probe fails on ${name}`, () =>
    withServer(
      socket => void socket.on('data', () => undefined).end(answer),
      async at => assertFailed(await probe(at, http), reason, evidence),
    ))
}

test('the timeout covers the whole probe: a slow drip does not extend it', () =>
  withServer(
    socket => {
      socket.on('data', () => socket.write('HTTP/1.1 '))
    },
    async at => {
      const result = await probe(at, http, 60)
      assertFailed(result, 'timeout', /no answer within 60 ms/)
    },
  ))

test('a reset before the answer is told as such', () =>
  withServer(
    socket => {
      socket.on('data', () => socket.resetAndDestroy())
    },
    async at => assertFailed(await probe(at, http), 'reset', /ECONNRESET/),
  ))

test('an answer split byte by byte is read all the same', () =>
  withServer(
    socket => {
      const text = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
      const writeFrom = (i: number): void => {
        if (i < text.length) socket.write(text.charAt(i), () => setImmediate(writeFrom, i + 1))
        else socket.end()
      }
      socket.once('data', () => writeFrom(0))
    },
    async at => assert.ok((await probe(at, http)).passed),
  ))

test('an endless body is cut off', async () => {
  let cut: Promise<void> | undefined
  await withServer(
    socket => {
      cut = new Promise(resolve => socket.once('close', () => resolve()))
      const pump = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(16_384)));
      }
      socket.on('drain', pump).once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        pump()
      })
    },
    async at => {
      assert.ok((await probe(at, http)).passed)
      await cut
    },
  )
})

test('a cancelled probe says nothing and closes', async () => {
  let closed: Promise<void> | undefined
  let accepted: () => void = () => undefined
  const isAccepted = new Promise<void>(resolve => {
    accepted = resolve
  })
  await withServer(
    socket => {
      closed = new Promise(resolve => socket.once('end', resolve).resume())
      accepted()
    },
    async at => {
      const cancel = send({ to: at, timeoutMs: 20_000, ...http }, () => assert.fail('told after the cancel'))
      await isAccepted
      cancel()
      await closed
    },
  )
})

test('a protocol that nobody speaks is refused in words', async () => {
  const result = await probe({ address: '127.0.0.1', port: 1 }, { protocol: 'unsupported', name: 'GENEVE' })
  assertFailed(result, 'protocol', /by GENEVE are not supported/)
})

test('with PROXY protocol on, a probe of either kind begins with a header that names nobody', async () => {
  for (const kind of [tcp, http]) {
    let [head, isDone] = [Buffer.alloc(0), false]
    await withServer(
      socket => {
        socket.on('data', data => {
          head = Buffer.concat([head, data])
          if (head.length > 16) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
        })
        socket.on('end', () => {
          isDone = true
          socket.end()
        })
      },
      async at => {
        const result = await new Promise<ProbeResult>(resolve =>
          send({ to: at, timeoutMs: 20_000, proxyHeader: true, ...kind }, resolve),
        )
        assert.ok(result.passed, result.evidence)
        while (!isDone) await new Promise(resolve => setImmediate(resolve))
      },
    )
    assert.equal(head.subarray(0, 16).toString('hex'), '0d0a0d0a000d0a515549540a20000000')
    assert.match(head.subarray(16).toString(), kind === tcp ? /^$/ : /^GET \/health\/ready /)
  }
})
