import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type ConnectionOptions, connect, createServer, type TLSSocket } from 'node:tls'
import { issueCertificate } from '../../io/issue-certificate.ts'
import { testCertificate } from '../../testing/certificate.ts'
import { backend, client, fixture, named, until } from '../../testing/userspace-fixture.ts'
import type { CertificateSnapshot, TlsSnapshot } from '../selection/tls-snapshot.ts'

const issuer = {
  commonName: 'an authority',
  privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
}

/** For a name; its key stands where a sealed one would. */
function certificateFor(name: string): CertificateSnapshot {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const chain = issueCertificate(
    {
      commonName: name,
      names: [name],
      publicKey,
      notBefore: new Date('2026-01-01'),
      notAfter: new Date('2126-01-01'),
      serialNumber: Uint8Array.from({ length: 16 }, (_, i) => i + 1),
    },
    issuer,
  )
  const sealedKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { arn: `arn:${name}`, place: `acm/certificate/${name}`, chain, sealedKey }
}

const [one, two, wild] = ['one.test', 'two.test', '*.wild.test'].map(certificateFor)

function tls(also: Partial<TlsSnapshot> = {}): TlsSnapshot {
  assert.ok(one && two && wild)
  return {
    certificates: [one, two, wild],
    missing: [],
    alpnProtocols: [],
    versionMin: 'TLSv1.2',
    versionMax: 'TLSv1.3',
    ...also,
  }
}

interface TlsClient {
  readonly socket: TLSSocket
  received: string
  error: string | undefined
}

function tlsClient(t: TestContext, port: number, options: ConnectionOptions = {}): TlsClient {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options })
  const made: TlsClient = { socket, received: '', error: undefined }
  socket.on('data', data => {
    made.received += data.toString()
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    made.error = error.code ?? error.message
  })
  t.after(() => void socket.destroy())
  return made
}

test('a TLS listener decrypts; the certificate is the one that is for the name asked for, else the default', async t => {
  const f = await fixture(t)
  f.listeners = { protocol: 'TLS', tls: tls() }
  const server = await backend(t, named('plain'))
  f.add('1', server.port)
  await f.apply()
  const names: Record<string, string | undefined> = {}
  for (const servername of ['two.test', 'one.test', 'a.wild.test', 'nobody.test', '']) {
    const c = tlsClient(t, f.port, { servername })
    c.socket.write('hello')
    await until('the greeting and the echo', () => c.received === 'plain\nhello')
    names[servername] = c.socket.getPeerCertificate().subject.CN?.toString()
  }
  assert.deepEqual(names, {
    'two.test': 'two.test',
    'one.test': 'one.test',
    'a.wild.test': '*.wild.test',
    'nobody.test': 'one.test',
    '': 'one.test',
  })
})

test('half a megabyte both ways through TLS, and a half close is passed on', async t => {
  const f = await fixture(t)
  f.listeners = { protocol: 'TLS', tls: tls() }
  const server = await backend(t)
  f.add('1', server.port)
  await f.apply()
  const c = tlsClient(t, f.port, { servername: 'one.test' })
  const sent = 'x'.repeat(500_000)
  c.socket.end(sent)
  await until('everything comes back', () => c.received.length === sent.length)
  await until('the flow is over', () => f.ended.length === 1)
  assert.deepEqual([f.ended[0]?.protocol, f.ended[0]?.end], ['tls', 'client'])
})

test('ALPN by policy, in the order of the server; versions by policy', async t => {
  const f = await fixture(t)
  const server = await backend(t, named('1'))
  f.add('1', server.port)
  const offer = async (policy: Partial<TlsSnapshot>, also: ConnectionOptions): Promise<string> => {
    f.listeners = { protocol: 'TLS', tls: tls(policy) }
    await f.apply()
    const c = tlsClient(t, f.port, { servername: 'one.test', ...also })
    await until('an outcome', () => c.received !== '' || c.error !== undefined)
    return c.error === undefined ? `${c.socket.alpnProtocol} ${c.socket.getProtocol()}` : 'refused'
  }
  const both = { ALPNProtocols: ['http/1.1', 'h2'] }
  assert.equal(await offer({ alpnProtocols: ['h2', 'http/1.1'] }, both), 'h2 TLSv1.3')
  assert.equal(await offer({ alpnProtocols: ['http/1.1', 'h2'] }, both), 'http/1.1 TLSv1.3')
  assert.equal(await offer({ alpnProtocols: ['h2'] }, {}), 'false TLSv1.3')
  assert.equal(await offer({}, both), 'false TLSv1.3')
  assert.equal(await offer({ versionMin: 'TLSv1.3' }, { maxVersion: 'TLSv1.2' }), 'refused')
  assert.equal(await offer({ versionMax: 'TLSv1.2' }, {}), 'false TLSv1.2')
})

test('a handshake that fails is counted and costs no target a connection', async t => {
  const f = await fixture(t)
  f.listeners = { protocol: 'TLS', tls: tls() }
  const server = await backend(t)
  f.add('1', server.port)
  await f.apply()
  const plain = client(t, f.port)
  plain.socket.write('GET / HTTP/1.1\r\n\r\n')
  await until('the end', () => plain.hasEnded || plain.isClosed)
  await until('it is counted', () => f.listener().tlsFailed === 1 && f.listener().active === 0)
  assert.equal(server.sockets.size, 0)
  const gone = client(t, f.port)
  await until('it is accepted', () => f.listener().active === 1)
  gone.socket.resetAndDestroy()
  await until('it is over', () => f.listener().active === 0)
})

test('to a group of protocol TLS it encrypts anew, whatever certificate the target has', async t => {
  const f = await fixture(t)
  f.listeners = { protocol: 'TLS', tls: tls() }
  f.group = { protocol: 'TLS' }
  const server = createServer(testCertificate, socket => {
    socket.on('error', () => undefined)
    socket.write('secured\n')
    socket.pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => void server.close())
  f.add('1', (server.address() as AddressInfo).port)
  await f.apply()
  const c = tlsClient(t, f.port, { servername: 'one.test' })
  c.socket.write('y'.repeat(300_000))
  await until('greeting and echo', () => c.received.length === 'secured\n'.length + 300_000)
  assert.ok(c.received.startsWith('secured\n'))
  // A target that speaks no TLS is no target.
  const plain = await backend(t, named('plain'))
  f.targets = []
  f.add('2', plain.port)
  await f.apply()
  const refused = tlsClient(t, f.port, { servername: 'one.test' })
  await until('the end', () => refused.socket.destroyed)
  assert.equal(f.target('2').tlsFailed, 1)
  c.socket.destroy()
  await until('no flow is left', () => f.listener().active === 0)
})

test('a listener without its certificate or key stays closed and says why; the others open', async t => {
  const f = await fixture(t)
  const server = await backend(t, named('1'))
  f.add('1', server.port)
  f.listeners = { protocol: 'TLS', tls: tls({ missing: ['arn:gone'] }) }
  await assert.rejects(f.apply(), {
    code: 'not_found',
    message: /^listener \d+: there is no certificate arn:gone$/,
  })
  const refused = client(t, f.port)
  await until('nobody listens', () => refused.error === 'ECONNREFUSED')
  assert.ok(one && two)
  const mixed = { ...one, sealedKey: two.sealedKey }
  f.listeners = { protocol: 'TLS', tls: tls({ certificates: [mixed] }) }
  await assert.rejects(f.apply(), { message: /do not belong together/ })
  f.listeners = { protocol: 'TLS', tls: tls() }
  await f.apply()
  const c = tlsClient(t, f.port, { servername: 'one.test' })
  await until('the greeting', () => c.received === '1\n')
})
