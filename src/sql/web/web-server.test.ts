import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { systemClock } from '../../io/clock.ts'
import { systemNetwork } from '../../io/network.ts'
import { healthPages } from './health-pages.ts'
import type { Readiness } from './readiness.ts'
import { startWebServer, type WebServer } from './web-server.ts'

let readiness: Readiness = { isReady: true }
let server: WebServer

before(async () => {
  server = await startWebServer({
    network: systemNetwork,
    at: { address: '127.0.0.1', port: 0 },
    clock: systemClock,
    pages: new Map([
      ...healthPages(() => readiness),
      ['/broken', () => Promise.reject(new Error('secret cause'))],
    ]),
    limits: { connectionsMax: 50, requestTimeoutMs: 1_000 },
  })
})
after(() => server.close())

const url = (path: string): string => `http://127.0.0.1:${server.at.port}${path}`

function rawConnection(): { socket: Socket; closed: Promise<string> } {
  const socket = connect(server.at.port, '127.0.0.1')
  let received = ''
  socket.on('data', data => {
    received += data.toString('latin1')
  })
  socket.on('error', () => undefined)
  return { socket, closed: new Promise(resolve => socket.on('close', () => resolve(received))) }
}

test('live as long as the process runs; ready only when it should be given clients', async () => {
  assert.equal((await fetch(url('/health/live'))).status, 200)
  const ready = await fetch(url('/health/ready?x=1'))
  assert.deepEqual([ready.status, await ready.json()], [200, { status: 'ready' }])
  readiness = { isReady: false, reason: 'draining' }
  const not = await fetch(url('/health/ready'))
  assert.deepEqual([not.status, await not.json()], [503, { status: 'not ready', reason: 'draining' }])
  assert.equal((await fetch(url('/health/live'))).status, 200)
  readiness = { isReady: true }
})

test('HEAD is GET without the body; other methods and paths are refused in JSON', async () => {
  const head = await fetch(url('/health/live'), { method: 'HEAD' })
  assert.deepEqual([head.status, await head.text()], [200, ''])
  assert.ok(Number(head.headers.get('content-length')) > 0)
  const post = await fetch(url('/health/live'), { method: 'POST', body: 'x'.repeat(1_000) })
  assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD'])
  assert.match(await post.text(), /only GET/)
  const nowhere = await fetch(url('/nowhere'))
  assert.equal(nowhere.status, 404)
  assert.equal(((await nowhere.json()) as { error: string }).error, 'not_found')
})

test('a page that fails shows nothing of its cause', async () => {
  const broken = await fetch(url('/broken'))
  assert.equal(broken.status, 500)
  assert.doesNotMatch(await broken.text(), /secret/)
})

const garbage: readonly [name: string, bytes: Buffer][] = [
  ['random bytes', Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 7919) & 0xff))],
  ['a PostgreSQL startup', Buffer.from('000000080001000400000000', 'hex')],
  ['a header without end', Buffer.from(`GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}`)],
  ['many headers', Buffer.from(`GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(5_000)}\r\n`)],
  ['a negative length', Buffer.from('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n')],
  ['a huge length', Buffer.from('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\nabc')],
  ['CONNECT', Buffer.from('CONNECT example.org:443 HTTP/1.1\r\nhost: x\r\n\r\n')],
  ['an upgrade', Buffer.from('GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n')],
]

for (const [name, bytes] of garbage) {
  test(`${name}: the connection ends, others are served`, async () => {
    const { socket, closed } = rawConnection()
    socket.write(bytes)
    await closed
    assert.equal((await fetch(url('/health/live'))).status, 200)
  })
}

test('a request that trickles in is ended, however busy it looks', async () => {
  const { socket, closed } = rawConnection()
  const from = performance.now()
  socket.write('GET /health/live HTTP/1.1\r\n')
  const trickle = setInterval(() => socket.write('a: b\r\n'), 20)
  await closed
  clearInterval(trickle)
  assert.ok(performance.now() - from < 15_000)
})

test('idle connections give way to new ones: a health check is never shut out', async () => {
  const idle = Array.from({ length: 300 }, rawConnection)
  for (let i = 0; i < 20; i++) {
    const response = await fetch(url('/health/ready'), { headers: { connection: 'close' } })
    assert.equal(response.status, 200)
  }
  for (const { socket } of idle) socket.destroy()
  await Promise.all(idle.map(({ closed }) => closed))
})

test('one connection asks many times', async () => {
  const { socket, closed } = rawConnection()
  for (let i = 0; i < 3; i++) socket.write('GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n')
  socket.write('GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  const received = await closed
  assert.equal(received.match(/HTTP\/1\.1 200 OK/g)?.length, 4)
})
