import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type ServerResponse,
} from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { request as secureRequest } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { Action, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2'
import { silentLog } from '../../base/log.ts'
import { seededRandom } from '../../base/random.ts'
import { systemNetwork } from '../../io/network.ts'
import { openSecret, sealSecret } from '../../resources/sealed-secret.ts'
import { groupPart, listenerPart, snapshotPart, targetPart } from '../../testing/balancer-parts.ts'
import { testCertificate } from '../../testing/certificate.ts'
import { SimulatedClock } from '../../testing/clock.ts'
import { freePort } from '../../testing/free-ports.ts'
import { until } from '../../testing/userspace-fixture.ts'
import type { TargetGroupSnapshot, TargetSnapshot } from '../selection/balancer-snapshot.ts'
import { httpRules } from '../selection/rules/http-rule.ts'
import type { HttpGroupSnapshot, HttpListenerSnapshot } from '../selection/rules/http-snapshot.ts'
import type { TlsSnapshot } from '../selection/tls-snapshot.ts'
import { httpEngine } from './engine.ts'

const sealKey = Buffer.alloc(32, 7)

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const toGroup = (name: string): Action[] => [{ Type: 'forward', TargetGroupArn: name }]

class Fixture {
  readonly clock = new SimulatedClock()
  readonly failures: string[] = []
  readonly port: number
  readonly engine
  rules: { priority: string; conditions: RuleCondition[]; actions: Action[] }[] = [
    { priority: 'default', conditions: [], actions: toGroup('tg') },
  ]
  settings: Partial<HttpListenerSnapshot> = {}
  groups: TargetGroupSnapshot[] = []
  tls: TlsSnapshot | undefined
  states = new Map<string, { state: 'healthy' | 'unhealthy' | 'draining' }>()

  constructor(port: number) {
    this.port = port
    this.engine = httpEngine({
      network: systemNetwork,
      clock: this.clock,
      random: seededRandom(1),
      log: silentLog,
      events: { connectFailed: (key, reason) => this.failures.push(`${key} ${reason}`) },
      openPrivateKey: (place, sealed) => {
        const opened = openSecret(sealKey, place, sealed)
        return opened && Buffer.from(opened).toString('utf8')
      },
    })
  }

  group(name: string, targets: TargetSnapshot[], http: Partial<HttpGroupSnapshot> = {}): void {
    this.groups.push(
      groupPart(targets, {
        name,
        protocol: 'HTTP',
        http: { algorithm: 'round_robin', stickiness: undefined, ...http },
      }),
    )
    for (const { key } of targets) this.states.set(key, { state: 'healthy' })
  }

  apply(): Promise<void> {
    const http: HttpListenerSnapshot = {
      rules: httpRules(this.rules, arn => arn),
      idleTimeoutMs: 60_000,
      clientKeepAliveMs: 3_600_000,
      http2: true,
      forwardedFor: 'append',
      tellsClientPort: false,
      dropsInvalidHeaders: false,
      ...this.settings,
    }
    const listener = listenerPart(this.port, {
      protocol: this.tls === undefined ? 'HTTP' : 'HTTPS',
      http,
      ...(this.tls === undefined ? {} : { tls: this.tls }),
    })
    return this.engine.apply(snapshotPart([listener], this.groups), this.states)
  }

  async ask(path: string, headers: Record<string, string> = {}, method = 'GET', body = ''): Promise<Answer> {
    const sent = request({ host: '127.0.0.1', port: this.port, path, headers, method, agent: false })
    sent.end(body)
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: await textOf(answer) }
  }
}

async function textOf(stream: AsyncIterable<Buffer | string>): Promise<string> {
  let text = ''
  for await (const part of stream) text += String(part)
  return text
}

async function fixture(t: TestContext): Promise<Fixture> {
  const made = new Fixture(await freePort())
  t.after(async () => {
    let isClosed = false
    void made.engine.close(0).then(() => {
      isClosed = true
    })
    while (!isClosed) await made.clock.advanceAsync(1)
  })
  return made
}

async function target(t: TestContext, id: string, serve?: RequestListener): Promise<TargetSnapshot> {
  const server = createServer(serve ?? ((_, response) => response.end(id))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  server.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n')
    socket.on('error', () => undefined)
    socket.pipe(socket)
  })
  return targetPart(id, { port: (server.address() as AddressInfo).port })
}

const echo: RequestListener = (asked: IncomingMessage, response: ServerResponse) => {
  void textOf(asked).then(body =>
    response.end(JSON.stringify({ url: asked.url, method: asked.method, headers: asked.headers, body })),
  )
}

test('each request goes where its rule says: another group, a redirect, an answer of the balancer’s own', async t => {
  const f = await fixture(t)
  f.group('tg', [await target(t, 'a')])
  f.group('images', [await target(t, 'image')])
  f.rules.push(
    {
      priority: '1',
      conditions: [{ Field: 'path-pattern', Values: ['/img/*'] }],
      actions: toGroup('images'),
    },
    {
      priority: '2',
      conditions: [{ Field: 'host-header', Values: ['old.test'] }],
      actions: [{ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301', Host: 'new.test' } }],
    },
    {
      priority: '3',
      conditions: [{ Field: 'path-pattern', Values: ['/closed'] }],
      actions: [
        {
          Type: 'fixed-response',
          FixedResponseConfig: { StatusCode: '410', ContentType: 'text/plain', MessageBody: 'gone' },
        },
      ],
    },
    {
      priority: '4',
      conditions: [{ Field: 'path-pattern', Values: ['/login'] }],
      actions: [{ Type: 'authenticate-oidc' }],
    },
  )
  await f.apply()
  assert.equal((await f.ask('/')).body, 'a')
  assert.equal((await f.ask('/img/x.png')).body, 'image')
  const moved = await f.ask('/x?y=1', { host: 'old.test' })
  assert.deepEqual([moved.status, moved.headers.location], [301, `http://new.test:${f.port}/x?y=1`])
  const closed = await f.ask('/closed')
  assert.deepEqual([closed.status, closed.body, closed.headers['content-type']], [410, 'gone', 'text/plain'])
  assert.equal((await f.ask('/login')).status, 500)
})

test('requests of one connection are spread in turn, and bodies arrive whole both ways', async t => {
  const f = await fixture(t)
  f.group('tg', [await target(t, 'a'), await target(t, 'b'), await target(t, 'c')])
  await f.apply()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  const bodies: string[] = []
  for (let i = 0; i < 6; i++) {
    const sent = request({ host: '127.0.0.1', port: f.port, agent })
    sent.end()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    bodies.push(await textOf(answer))
  }
  assert.deepEqual(bodies, ['a', 'b', 'c', 'a', 'b', 'c'])

  const g = await fixture(t)
  g.group('tg', [await target(t, 'echo', echo)])
  await g.apply()
  const large = 'x'.repeat(3_000_000)
  const answer = JSON.parse((await g.ask('/p?q=1', {}, 'POST', large)).body) as { body: string; url: string }
  assert.equal(answer.body.length, large.length)
  assert.equal(answer.url, '/p?q=1')
})

test('the target is told who asked; what concerns one connection only is not passed on', async t => {
  const f = await fixture(t)
  f.group('tg', [await target(t, 'echo', echo)])
  await f.apply()
  const { headers } = JSON.parse(
    (
      await f.ask('/', {
        host: 'a.test',
        'x-forwarded-for': '192.0.2.1',
        connection: 'x-mine',
        'x-mine': '1',
        te: 'gzip',
      })
    ).body,
  ) as { headers: Record<string, string> }
  assert.equal(headers['x-forwarded-for'], '192.0.2.1, 127.0.0.1')
  assert.deepEqual(
    [headers['host'], headers['x-forwarded-proto'], headers['x-forwarded-port']],
    ['a.test', 'http', String(f.port)],
  )
  assert.deepEqual([headers['x-mine'], headers['te']], [undefined, undefined])
  f.settings = { forwardedFor: 'remove' }
  await f.apply()
  assert.doesNotMatch((await f.ask('/', { 'x-forwarded-for': '192.0.2.1' })).body, /192\.0\.2\.1/)
})

test('a target that refuses is replaced before the client notices, with evidence', async t => {
  const f = await fixture(t)
  f.group('tg', [targetPart('dead', { port: await freePort() }), await target(t, 'alive')])
  await f.apply()
  for (let i = 0; i < 4; i++) assert.equal((await f.ask('/', {}, 'POST', 'body')).body, 'alive')
  assert.equal(f.failures[0], 'tg/dead refused')
})

test('nobody to send to is 503, a target that breaks off 502, one that is silent 504', async t => {
  const f = await fixture(t)
  f.group('tg', [])
  await f.apply()
  assert.equal((await f.ask('/')).status, 503)

  const g = await fixture(t)
  g.group('tg', [
    await target(t, 'breaks', (asked, response) => void (asked.method === 'POST' && response.destroy())),
  ])
  await g.apply()
  assert.equal((await g.ask('/', {}, 'POST', 'x')).status, 502)
  const silent = g.ask('/')
  await until('asked', () => (g.engine.counters().targets.get('tg/breaks')?.active ?? 0) === 1)
  await g.clock.advanceAsync(60_001)
  assert.equal((await silent).status, 504)
})

test('half an answer is never taken for a whole one', async t => {
  const f = await fixture(t)
  f.group('tg', [
    await target(t, 'half', (_, response) => {
      response.write('half')
      setImmediate(() => response.socket?.resetAndDestroy())
    }),
  ])
  await f.apply()
  await assert.rejects(f.ask('/'), /aborted|ECONNRESET|socket hang up/)
})

test('a client keeps its target by the balancer’s cookie while that is healthy', async t => {
  const f = await fixture(t)
  f.group('tg', [await target(t, 'a'), await target(t, 'b')], {
    stickiness: { by: 'lb', cookieName: 'AWSALB', forSeconds: 60 },
  })
  await f.apply()
  const first = await f.ask('/')
  const [line = ''] = first.headers['set-cookie'] ?? []
  assert.match(line, /^AWSALB=[\w-]{27}; Path=\/; Max-Age=60$/)
  const cookie = line.split(';')[0] ?? ''
  for (let i = 0; i < 5; i++) assert.equal((await f.ask('/', { cookie })).body, first.body)
  f.states.set(`tg/${first.body}`, { state: 'unhealthy' })
  await f.apply()
  assert.notEqual((await f.ask('/', { cookie })).body, first.body)
})

test('the application’s cookie decides when it is the application that sticks', async t => {
  const f = await fixture(t)
  const serve =
    (id: string): RequestListener =>
    (asked, response) => {
      if (asked.url === '/login') response.setHeader('set-cookie', 'session=1')
      response.end(id)
    }
  f.group('tg', [await target(t, 'a', serve('a')), await target(t, 'b', serve('b'))], {
    stickiness: { by: 'app', cookieName: 'session', forSeconds: 60 },
  })
  await f.apply()
  assert.equal((await f.ask('/')).headers['set-cookie'], undefined)
  const login = await f.ask('/login')
  const cookie = (login.headers['set-cookie'] ?? []).map(line => line.split(';')[0]).join('; ')
  assert.match(cookie, /session=1; AWSALBAPP-0=/)
  for (let i = 0; i < 5; i++) assert.equal((await f.ask('/', { cookie })).body, login.body)
})

test('the target with the fewest requests under way is taken', async t => {
  const f = await fixture(t)
  const held: ServerResponse[] = []
  f.group(
    'tg',
    [await target(t, 'slow', (_, response) => void held.push(response)), await target(t, 'quick')],
    { algorithm: 'least_outstanding_requests' },
  )
  await f.apply()
  const waiting = f.ask('/')
  await until(
    'one is held',
    () => held.length === 1 || f.engine.counters().targets.get('tg/quick')?.opened === 1,
  )
  if (held.length === 0) {
    await waiting
    void f.ask('/').catch(() => undefined)
    await until('one is held', () => held.length === 1)
  }
  for (let i = 0; i < 3; i++) assert.equal((await f.ask('/')).body, 'quick')
  for (const response of held) response.end('slow')
})

test('WebSocket and other upgrades: bytes go both ways after 101', async t => {
  const f = await fixture(t)
  f.group('tg', [await target(t, 'a')])
  await f.apply()
  const sent = request({
    host: '127.0.0.1',
    port: f.port,
    headers: { connection: 'Upgrade', upgrade: 'echo' },
    agent: false,
  })
  sent.end()
  const [answer, socket] = (await once(sent, 'upgrade')) as [IncomingMessage, import('node:net').Socket]
  assert.equal(answer.headers.upgrade, 'echo')
  socket.write('hello')
  const [data] = (await once(socket, 'data')) as [Buffer]
  assert.equal(String(data), 'hello')
  socket.end()
  await once(socket, 'close')
})

test('what is no HTTP gets 400, and two lengths are never argued about', async t => {
  const f = await fixture(t)
  f.group('tg', [await target(t, 'echo', echo)])
  await f.apply()
  for (const text of [
    'nonsense\r\n\r\n',
    'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'GET http:// HTTP/1.1\r\nhost: a\r\n\r\n',
  ]) {
    const socket = connect(f.port, '127.0.0.1')
    socket.write(text)
    assert.match(await textOf(socket), /^HTTP\/1\.1 400 /, text)
  }
})

test('HTTPS: the certificate of the server that is named, HTTP/2 and HTTP/1.1', async t => {
  const f = await fixture(t)
  f.group('tg', [await target(t, 'echo', echo)])
  const { cert, key } = testCertificate
  f.tls = {
    certificates: [
      {
        arn: 'arn:aws:acm:r:1:certificate/c',
        place: 'acm/certificate/c',
        chain: cert,
        sealedKey: sealSecret(sealKey, 'acm/certificate/c', Buffer.from(key), seededRandom(2)),
      },
    ],
    missing: [],
    alpnProtocols: [],
    versionMin: 'TLSv1.2',
    versionMax: 'TLSv1.3',
  }
  await f.apply()
  const sent = secureRequest({
    host: '127.0.0.1',
    port: f.port,
    rejectUnauthorized: false,
    agent: false,
    path: '/one',
  })
  sent.end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  assert.match(await textOf(answer), /"x-forwarded-proto":"https"/)

  const session = connectHttp2(`https://127.0.0.1:${f.port}`, { rejectUnauthorized: false })
  const stream = session.request({ ':path': '/two', ':method': 'POST' })
  stream.end('over h2')
  const body = JSON.parse(await textOf(stream)) as {
    url: string
    body: string
    headers: Record<string, string>
  }
  assert.deepEqual([body.url, body.body, body.headers['host']], ['/two', 'over h2', `127.0.0.1:${f.port}`])
  session.close()
  await once(session, 'close')
})

test('rules that change hold for the next request of a connection that is open', async t => {
  const f = await fixture(t)
  f.group('tg', [await target(t, 'a')])
  f.group('new', [await target(t, 'b')])
  await f.apply()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  const ask = async (): Promise<string> => {
    const sent = request({ host: '127.0.0.1', port: f.port, agent })
    sent.end()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    return textOf(answer)
  }
  assert.equal(await ask(), 'a')
  f.rules = [{ priority: 'default', conditions: [], actions: toGroup('new') }]
  await f.apply()
  assert.equal(await ask(), 'b')
})

test('when it is closed a request that runs is finished', async t => {
  const f = await fixture(t)
  const held: ServerResponse[] = []
  f.group('tg', [await target(t, 'slow', (_, response) => void held.push(response))])
  await f.apply()
  const waiting = f.ask('/')
  await until('held', () => held.length === 1)
  const closed = f.engine.close(10_000)
  await assert.rejects(f.ask('/'), /ECONNREFUSED/)
  held[0]?.end('done')
  assert.equal((await waiting).body, 'done')
  await closed
})
