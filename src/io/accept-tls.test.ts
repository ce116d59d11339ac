import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { silentLog } from '../base/log.ts'
import type { AcceptedTls } from '../base/network.ts'
import type { TlsIdentity } from '../base/tls-identity.ts'
import { SimulatedClock } from '../testing/clock.ts'
import { issueCertificate } from './issue-certificate.ts'
import { ensureLocalAuthority, ensureServerCertificate } from './local-authority.ts'
import { systemNetwork } from './network.ts'
import { readTlsFiles, watchTlsFiles } from './tls-files.ts'

const now = new Date()
const names = ['data.demo.test', '*.active.elb.demo.test', 'localhost', '127.0.0.1']

function stateDir(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'everport-tls-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

interface Server {
  readonly port: number
  readonly accepted: Promise<AcceptedTls>
}

async function server(t: TestContext, identity: TlsIdentity, protocols: string[] = []): Promise<Server> {
  let settle: (outcome: Promise<AcceptedTls>) => void = () => undefined
  const accepted = new Promise<AcceptedTls>(resolve => {
    settle = resolve
  })
  accepted.catch(() => undefined)
  const listening = await systemNetwork.listen(
    { address: '127.0.0.1', port: 0 },
    { pauseOnConnect: true },
    connection => settle(systemNetwork.acceptTls(connection, { identity, timeoutMs: 5_000, protocols })),
  )
  t.after(() => listening.close())
  return { port: listening.at.port, accepted }
}

/** Connects, says something, and gives back what comes. */
function ask(port: number, options: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ port, host: '127.0.0.1', servername: 'data.demo.test', ...options })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('closed')))
    socket.on('secureConnect', () => socket.write('hello'))
    socket.on('data', data => {
      socket.destroy()
      resolve(data.toString())
    })
  })
}

function echo({ connection }: AcceptedTls): void {
  connection.on('data', data => connection.write(Buffer.concat([Buffer.from('heard '), data])))
}

test('the local authority is made once, for its owner alone, and vouches for servers under every name', async t => {
  const folder = stateDir(t)
  const [one, two] = await Promise.all([ensureLocalAuthority(folder, now), ensureLocalAuthority(folder, now)])
  assert.deepEqual(one, two)
  assert.equal(statSync(one.authorityKeyFile).mode & 0o777, 0o600)
  const authority = new X509Certificate(readFileSync(one.authorityFile))
  assert.ok(authority.ca)
  const files = await ensureServerCertificate(folder, { name: 'active-a-1', names }, now)
  assert.equal(statSync(files.keyFile).mode & 0o777, 0o600)
  const certificate = new X509Certificate(readFileSync(files.certificateFile))
  assert.ok(certificate.verify(authority.publicKey) && !certificate.ca)
  assert.ok(certificate.checkHost('data.demo.test') && certificate.checkHost('a.active.elb.demo.test'))
  assert.ok(certificate.checkIP('127.0.0.1') && certificate.checkIP('127.0.0.2') === undefined)

  const identity = readTlsFiles(files)
  const { port, accepted } = await server(t, identity, ['postgresql'])
  void accepted.then(echo)
  const ca = readFileSync(one.authorityFile)
  assert.equal(await ask(port, { ca, ALPNProtocols: ['postgresql'] }), 'heard hello')
  assert.deepEqual((await accepted).peer, { protocol: 'postgresql', clientCertificate: undefined })
})

test('a certificate is kept while it fits, and made anew for other names or when its end is near', async t => {
  const folder = stateDir(t)
  const make = async (wanted: string[], at: Date): Promise<string> => {
    const files = await ensureServerCertificate(folder, { name: 'node', names: wanted }, at)
    return readFileSync(files.certificateFile, 'utf8')
  }
  const first = await make([...names, '::1'], now)
  assert.equal(await make(['::1', ...names], now), first)
  const other = await make(names, now)
  assert.notEqual(other, first)
  const later = new Date(now.getTime() + 800 * 86_400_000)
  assert.notEqual(await make(names, later), other)
  writeFileSync(join(folder, 'tls', 'node.key'), 'nonsense')
  assert.match(await make(names, now), /BEGIN CERTIFICATE/)
})

test('who is no TLS client, or chooses another protocol, is refused; nothing hangs', async t => {
  const files = await ensureServerCertificate(stateDir(t), { name: 'node', names }, now)
  const identity = readTlsFiles(files)
  const plain = await server(t, identity)
  const web = connectPlain(plain.port, '127.0.0.1', () => web.write('GET / HTTP/1.0\r\n\r\n'))
  web.on('error', () => undefined)
  await assert.rejects(plain.accepted, { name: 'ConnectError', reason: 'tls' })

  const other = await server(t, identity, ['postgresql'])
  await assert.rejects(ask(other.port, { rejectUnauthorized: false, ALPNProtocols: ['h2'] }))
  await assert.rejects(other.accepted, { reason: 'tls' })

  const gone = await server(t, identity)
  const socket = connectPlain(gone.port, '127.0.0.1', () => socket.destroy())
  await assert.rejects(gone.accepted, { name: 'ConnectError' })
})

test('a client’s certificate is taken when the authority vouches for it', async t => {
  const folder = stateDir(t)
  const files = await ensureServerCertificate(folder, { name: 'node', names }, now)
  const { authorityFile, authorityKeyFile } = await ensureLocalAuthority(folder, now)
  const identity = readTlsFiles({ ...files, clientAuthoritiesFile: authorityFile })
  const ca = readFileSync(authorityFile)
  const client = await ensureServerCertificate(folder, { name: 'app', names: ['app'] }, now)
  const shown = { cert: readFileSync(client.certificateFile), key: readFileSync(client.keyFile) }

  const good = await server(t, identity)
  void good.accepted.then(echo)
  assert.equal(await ask(good.port, { ca, ...shown }), 'heard hello')
  assert.deepEqual((await good.accepted).peer.clientCertificate, { commonName: 'app' })

  const none = await server(t, identity)
  void none.accepted.then(echo)
  assert.equal(await ask(none.port, { ca }), 'heard hello')
  assert.equal((await none.accepted).peer.clientCertificate, undefined)

  const stranger = await ensureServerCertificate(stateDir(t), { name: 'app', names: ['app'] }, now)
  const foreign = { cert: readFileSync(stranger.certificateFile), key: readFileSync(stranger.keyFile) }
  const wrong = await server(t, identity)
  const asked = ask(wrong.port, { ca, ...foreign })
  await assert.rejects(wrong.accepted, { reason: 'tls' })
  await assert.rejects(asked)

  // Issued for other times.
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const cert = issueCertificate(
    {
      commonName: 'app',
      names: ['app'],
      publicKey,
      serialNumber: Buffer.alloc(16, 1),
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2021-01-01'),
    },
    {
      commonName: 'Everport local authority',
      privateKey: createPrivateKey(readFileSync(authorityKeyFile)),
    },
  )
  const old = await server(t, identity)
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
  const askedLate = ask(old.port, { ca, cert, key })
  await assert.rejects(old.accepted, { reason: 'tls' })
  await assert.rejects(askedLate)
})

test('changed files are served; files that are not whole are not', async t => {
  const folder = stateDir(t)
  const files = await ensureServerCertificate(folder, { name: 'node', names }, now)
  const clock = new SimulatedClock()
  const watched = watchTlsFiles(files, clock, silentLog)
  t.after(watched.stop)
  const first = watched.current()
  clock.advance(10_000)
  assert.equal(watched.current(), first)

  const other = await ensureServerCertificate(folder, { name: 'other', names }, now)
  writeFileSync(files.certificateFile, readFileSync(other.certificateFile))
  clock.advance(10_000)
  assert.equal(watched.current(), first, 'the key is still the old one')
  writeFileSync(files.keyFile, readFileSync(other.keyFile))
  clock.advance(10_000)
  assert.notEqual(watched.current(), first)
  assert.equal(watched.current().certificate, readFileSync(other.certificateFile, 'utf8'))

  assert.throws(() => readTlsFiles({ ...files, keyFile: join(folder, 'none') }), /cannot read/)
  writeFileSync(files.certificateFile, 'no certificate')
  assert.throws(() => readTlsFiles(files), /is not what was expected/)
})
