import assert from 'node:assert/strict'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { test } from 'node:test'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import type { Endpoint } from '../base/network.ts'
import { systemClock } from '../io/clock.ts'
import { systemNetwork } from '../io/network.ts'
import { testCertificate } from '../testing/certificate.ts'
import type { ProbeResult, ProbeSpec } from './probe.ts'
import { networkProbes } from './send-probe.ts'

const send = networkProbes(systemNetwork, systemClock)

type Ask = Partial<Extract<ProbeSpec, { protocol: 'http' }>>

function probe(to: Endpoint, more: Ask = {}): Promise<ProbeResult> {
  const spec: ProbeSpec = {
    to,
    timeoutMs: 20_000,
    protocol: 'http',
    host: 'checked.example',
    path: '/',
    matcher: [[200, 399]],
    tls: {},
    wholeHead: true,
    ...more,
  }
  return new Promise(resolve => send(spec, resolve))
}

async function served<T>(server: Server, body: (at: Endpoint) => Promise<T>): Promise<T> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)))
  server.on('secureConnection', (socket: TLSSocket) => socket.on('error', () => undefined))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  try {
    return await body({ address: '127.0.0.1', port: (server.address() as AddressInfo).port })
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

const answering = (names: (string | false | null)[]) =>
  createTlsServer(testCertificate, socket => {
    names.push((socket as TLSSocket & { servername: string | false | null }).servername)
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
  })

test('an HTTPS probe passes whatever the certificate', () =>
  served(answering([]), async at => {
    const result = await probe(at)
    assert.equal(result.passed, true, result.evidence)
    assert.deepEqual(result.http, { status: 200, phrase: 'OK' })
  }))

test('the name is sent as server name indication, once when the certificate is for it', async () => {
  const names: (string | false | null)[] = []
  await served(answering(names), at => probe(at, { tls: { serverName: 'checked.example' } }))
  assert.deepEqual(names, ['checked.example'])
})

test('a certificate for another name: tried again without the name', async () => {
  const asked: string[] = []
  const server = createTlsServer({
    ...testCertificate,
    SNICallback: (name, told) => {
      asked.push(name)
      told(null)
    },
  })
  server.on('secureConnection', socket => {
    asked.push('session')
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
  })
  const result = await served(server, at => probe(at, { tls: { serverName: 'other.example' } }))
  assert.equal(result.passed, true)
  assert.deepEqual(asked, ['other.example', 'session'])
})

test('a server that closes on a name it does not know is a failure', async () => {
  const SNICallback = (_: string, told: (error: Error) => void): void => told(new Error('no such name'))
  const server = createTlsServer({ ...testCertificate, SNICallback })
  const result = await served(server, at => probe(at, { tls: { serverName: 'other.example' } }))
  assert.equal(result.passed ? 'passed' : result.reason, 'reset')
})

test('an alert of the server is told', async () => {
  const server = createTlsServer({ ...testCertificate, maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' })
  const result = await served(server, at => probe(at))
  assert.equal(result.passed ? 'passed' : result.reason, 'tls')
  assert.equal(result.evidence, 'no TLS session: alert handshake failure')
})

test('no common version of TLS is a failure with its reason', async () => {
  const server = createTlsServer({
    ...testCertificate,
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
    ciphers: 'ALL:@SECLEVEL=0',
  })
  const result = await served(server, at => probe(at))
  assert.equal(result.passed ? 'passed' : result.reason, 'tls')
  assert.match(result.evidence, /protocol version/)
})

const plain: [name: string, answer: (socket: Socket) => unknown, reason: string][] = [
  ['a server that speaks HTTP without TLS', socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), 'tls'],
  ['garbage', socket => socket.end(Buffer.alloc(2_000, 'x')), 'tls'],
  ['an end in the handshake', socket => socket.end(), 'reset'],
  ['a reset in the handshake', socket => socket.resetAndDestroy(), 'reset'],
]
for (const [name, answer, reason] of plain) {
  test(`an HTTPS probe fails on ${name}`, async () => {
    const server = createTcpServer(socket => socket.once('data', () => answer(socket)))
    const result = await served(server, at => probe(at))
    assert.equal(result.passed ? 'passed' : result.reason, reason, result.evidence)
  })
}

test('a handshake that never ends is a timeout', async () => {
  const phases = { connectMs: 1_000, answerMs: 60, bodyMs: 60 }
  const result = await served(
    createTcpServer(socket => socket.resume()),
    at => probe(at, { phases }),
  )
  assert.equal(result.passed ? 'passed' : result.reason, 'timeout')
})

test('a cancelled handshake says nothing and closes', async () => {
  let closed: Promise<void> | undefined
  const server = createTcpServer()
  const isConnected = new Promise<void>(resolve => {
    server.once('connection', (socket: Socket) => {
      closed = new Promise(ended => socket.resume().once('close', () => ended()))
      resolve()
    })
  })
  await served(server, async at => {
    const spec: ProbeSpec = {
      to: at,
      timeoutMs: 5_000,
      protocol: 'http',
      host: 'x',
      path: '/',
      matcher: [],
      tls: {},
    }
    const cancel = send(spec, () => assert.fail('told after the cancel'))
    await isConnected
    cancel()
    await closed
  })
})
