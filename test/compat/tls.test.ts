import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { silentLog } from '../../src/base/log.ts'
import { systemClock } from '../../src/io/clock.ts'
import { ensureLocalAuthority, ensureServerCertificate } from '../../src/io/local-authority.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'
import { watchTlsFiles } from '../../src/io/tls-files.ts'
import { createVerifier } from '../../src/sql/auth/scram-verifier.ts'
import { type PostgresServer, startPostgresServer } from '../../src/sql/pgwire/server.ts'
import type { TlsPolicy } from '../../src/sql/pgwire/tls-policy.ts'
import { createFakeEngine } from '../../src/testing/fake-engine.ts'
import { connectPgClient, pgClientOver, type Received } from '../../src/testing/pg-client.ts'
import { requireTool } from '../required-tool.ts'

const verifier = createVerifier('secret', Buffer.from('0123456789abcdef'))
const now = new Date()

interface Started {
  readonly server: PostgresServer
  readonly folder: string
  readonly ca: string
  /** A client's certificate with this common name, as libpq takes it. */
  certificateOf(commonName: string): Promise<string>
  psql(...where: string[]): Promise<{ stdout: string; stderr: string }>
}

/** A server whose engine knows the statement `rows 1` and little else; it is the login that is tested. */
async function started(t: TestContext, policy: Partial<TlsPolicy> = {}): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-tls-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const { authorityFile: ca } = await ensureLocalAuthority(folder, now)
  const files = await ensureServerCertificate(folder, { name: 'node', names: ['localhost'] }, now)
  const watched = watchTlsFiles({ ...files, clientAuthoritiesFile: ca }, systemClock, silentLog)
  const server = await startPostgresServer({
    network: systemNetwork,
    at: { address: '127.0.0.1', port: 0 },
    clock: systemClock,
    random: systemRandom(),
    engine: createFakeEngine(),
    log: silentLog,
    authenticate: user => (user === 'app' ? verifier : undefined),
    nodeNumber: 1,
    database: 'everport',
    limits: { lingerMs: 20 },
    tls: {
      policy: { mode: 'offered', clientCertificates: 'off', users: new Map(), ...policy },
      identity: watched.current,
    },
  })
  t.after(async () => {
    watched.stop()
    await server.close()
  })
  return {
    server,
    folder,
    ca,
    async certificateOf(commonName) {
      const { certificateFile, keyFile } = await ensureServerCertificate(
        folder,
        { name: commonName, names: ['client'] },
        now,
      )
      return `sslcert=${certificateFile} sslkey=${keyFile}`
    },
    psql(...where) {
      const at = `host=localhost hostaddr=127.0.0.1 port=${server.at.port} user=app dbname=everport connect_timeout=30`
      const env = { ...process.env, PGPASSWORD: 'secret' }
      const args = [[at, ...where].join(' '), '-AtX', '-c', '\\conninfo', '-c', 'rows 1']
      return promisify(execFile)('psql', args, { env })
    },
  }
}

test('psql encrypts, checks who the server is, and binds its login to the session', async t => {
  if (!requireTool(t, 'psql')) return
  const { psql, ca } = await started(t)
  const { stdout } = await psql('sslmode=verify-full', `sslrootcert=${ca}`, 'channel_binding=require')
  assert.match(stdout, /SSL connection \(protocol: TLSv1\.3[\s\S]*\n1\|x\n/)
  assert.match((await psql('sslmode=prefer')).stdout, /SSL connection/)
  assert.doesNotMatch((await psql('sslmode=disable')).stdout, /SSL connection/)
  await assert.rejects(psql('sslmode=disable', 'channel_binding=require'), /channel binding/)
  await assert.rejects(
    psql('sslmode=verify-full', `sslrootcert=${ca}`, 'host=elsewhere.test'),
    /does not match host name/,
  )
})

test('where TLS is required, clear text ends before the password', async t => {
  if (!requireTool(t, 'psql')) return
  const { psql } = await started(t, { mode: 'required' })
  await assert.rejects(psql('sslmode=disable'), /FATAL: {2}this server takes encrypted connections only/)
  assert.match((await psql('sslmode=require')).stdout, /1\|x/)
})

test('a client’s certificate beside the password, of the user, and in place of the password', async t => {
  if (!requireTool(t, 'psql')) return
  const beside = await started(t, { clientCertificates: 'verify-ca' })
  await assert.rejects(beside.psql('sslmode=require'), /requires a valid client certificate/)
  const anyone = await beside.certificateOf('someone')
  assert.match((await beside.psql('sslmode=require', anyone)).stdout, /1\|x/)
  await assert.rejects(
    beside.psql('sslmode=require', anyone, 'password=wrong'),
    /password authentication failed/,
  )

  const users = new Map([['report server', 'app']])
  const full = await started(t, { clientCertificates: 'verify-full', users })
  await assert.rejects(full.psql('sslmode=require', await full.certificateOf('someone')), /certificate auth/)
  assert.match((await full.psql('sslmode=require', await full.certificateOf('app'))).stdout, /1\|x/)

  const instead = await started(t, { clientCertificates: 'login', users })
  const own = await instead.certificateOf('app')
  assert.match((await instead.psql('sslmode=require', own, 'password=wrong')).stdout, /1\|x/)
  await assert.rejects(instead.psql('sslmode=require', own, 'user=nobody'), /certificate auth/)
  const other = await instead.certificateOf('nobody')
  await assert.rejects(instead.psql('sslmode=require', other, 'user=nobody'), /certificate auth/)
  await assert.rejects(instead.psql('sslmode=require'), /requires a valid client certificate/)
})

test('a new certificate is served without a restart; who is connected stays', async t => {
  const { server, folder, ca } = await started(t)
  const serial = async (): Promise<string> => {
    const socket = await direct(server, { ca: readFileSync(ca), ALPNProtocols: ['postgresql'] })
    const found = socket.getPeerX509Certificate()?.serialNumber ?? ''
    socket.destroy()
    return found
  }
  const before = await serial()
  const socket = await direct(server, { ca: readFileSync(ca), ALPNProtocols: ['postgresql'] })
  const client = pgClientOver(socket)
  assert.equal((await client.logIn({ user: 'app', password: 'secret' })).at(-1)?.kind, 'ReadyForQuery')
  const other = await ensureServerCertificate(folder, { name: 'other', names: ['localhost'] }, now)
  writeFileSync(join(folder, 'tls', 'node.key'), readFileSync(other.keyFile))
  writeFileSync(join(folder, 'tls', 'node.crt'), readFileSync(other.certificateFile))
  const deadline = systemClock.now() + 60_000
  while ((await serial()) === before) assert.ok(systemClock.now() < deadline, 'the old one is still served')
  assert.equal((await client.query('rows 1')).at(-1)?.kind, 'ReadyForQuery')
  socket.destroy()
})

function direct(server: PostgresServer, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const { port, address } = server.at
    const socket: TLSSocket = connect({ port, host: address, servername: 'localhost', ...options })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('closed')))
    socket.on('secureConnect', () => resolve(socket))
  })
}

test('TLS from the first byte needs the application protocol', async t => {
  const { server, ca } = await started(t, { mode: 'required' })
  const options = { ca: readFileSync(ca) }
  const client = pgClientOver(await direct(server, { ...options, ALPNProtocols: ['postgresql'] }))
  const greeting = await client.logIn({ user: 'app', password: 'secret' })
  assert.deepEqual(mechanisms(greeting), ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'])
  assert.equal(kinds(await client.query('rows 1000')).filter(kind => kind === 'DataRow').length, 1_000)
  const twice = pgClientOver(await direct(server, { ...options, ALPNProtocols: ['postgresql'] }))
  twice.send({ kind: 'SSLRequest' })
  await twice.until('closed')

  const unnamed = pgClientOver(await direct(server, options))
  assert.equal(sqlState(await unnamed.until('closed')), '08P01')
  await assert.rejects(direct(server, { ...options, ALPNProtocols: ['http/1.1'] }))
  client.connection.destroy()
})

test('encryption by GSSAPI is refused, and TLS may be asked for afterwards', async t => {
  const { server } = await started(t)
  const client = await connectPgClient(systemNetwork, server.at)
  client.send({ kind: 'GSSENCRequest' })
  await client.until('EncryptionRefused')
  client.send({ kind: 'GSSENCRequest' })
  await client.until('closed')
})

test('what stands behind the request in clear text is not taken for encrypted', async t => {
  const { server } = await started(t)
  const client = await connectPgClient(systemNetwork, server.at)
  const parameters = new Map([['user', 'app']])
  client.send({ kind: 'SSLRequest' }, { kind: 'StartupMessage', protocolVersion: 196608, parameters })
  const heard = await client.until('closed')
  assert.equal(sqlState(heard), '08P01')
})

test('large results pass, and a client that goes away in the middle of one frees everything', async t => {
  const { server, ca } = await started(t)
  const options = { ca: readFileSync(ca), ALPNProtocols: ['postgresql'] }
  const client = pgClientOver(await direct(server, options))
  await client.logIn({ user: 'app', password: 'secret' })
  const heard = await client.query('rows 20000 of 1000')
  assert.equal(kinds(heard).filter(kind => kind === 'DataRow').length, 20_000)
  client.send({ kind: 'Query', text: 'rows 1000000 of 1000' })
  await client.until('DataRow')
  client.connection.destroy()
  const deadline = systemClock.now() + 60_000
  while (server.sessions() > 0) {
    assert.ok(systemClock.now() < deadline, 'the session is still there')
    await new Promise(resolve => setImmediate(resolve))
  }
})

const kinds = (heard: readonly Received[]): string[] => heard.map(({ kind }) => kind)

function mechanisms(heard: readonly Received[]): readonly string[] | undefined {
  for (const message of heard) if (message.kind === 'AuthenticationSASL') return message.mechanisms
  return undefined
}

function sqlState(heard: readonly Received[]): string | undefined {
  for (const message of heard)
    if (message.kind === 'ErrorResponse') return message.fields.find(([field]) => field === 'C')?.[1]
  return undefined
}
