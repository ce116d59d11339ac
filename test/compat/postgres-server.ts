import { execFile } from 'node:child_process'
import { chownSync, copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Endpoint } from '../../src/base/network.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'
import { connectPostgres, type PostgresConnection } from '../../src/sql/client/postgres-connection.ts'
import { freePort } from '../../src/testing/free-ports.ts'
import { debianPostgres } from '../required-tool.ts'
import { type Child, startChild } from './child-server.ts'

/** A PostgreSQL of its own, in a folder of its own, on a free port of loopback. Ends with the test. */
export interface ReferencePostgres {
  readonly at: Endpoint
  readonly user: string
  readonly password: string
  readonly database: string
  readonly folder: string
  /** The server's process. */
  readonly pid: number
  connect(database?: string, user?: string, password?: string): Promise<PostgresConnection>
  output(): string
}

export interface ReferenceOptions {
  /** Lines of postgresql.conf. */
  readonly settings?: readonly string[]
  readonly tls?: { readonly certificateFile: string; readonly keyFile: string }
}

const user = 'everport'
const password = 'secret'
const database = 'postgres'
const startDeadlineMs = 60_000
const run = promisify(execFile)

export async function startReferencePostgres(
  t: { after(task: () => void | Promise<void>): void },
  { settings = [], tls }: ReferenceOptions = {},
): Promise<ReferencePostgres> {
  const bin = debianPostgres().find(folder => existsSync(join(folder, 'postgres')))
  if (bin === undefined) throw new Error('PostgreSQL is not installed')
  const folder = mkdtempSync(join(tmpdir(), 'everport-postgres-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  const owner = await serverOwner()
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid)
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, `${password}\n`)
  const data = join(folder, 'data')
  await run(
    join(bin, 'initdb'),
    [
      '--pgdata',
      data,
      '--username',
      user,
      '--pwfile',
      passwordFile,
      '--auth',
      'scram-sha-256',
      '--encoding',
      'UTF8',
      '--locale',
      'C',
      '--no-sync',
      '--no-instructions',
    ],
    { ...owner, cwd: folder },
  )
  const at = { address: '127.0.0.1', port: await freePort() }
  const config = [
    `listen_addresses = '${at.address}'`,
    `port = ${at.port}`,
    `unix_socket_directories = '${folder}'`,
    'fsync = off',
    "timezone = 'UTC'",
    'max_connections = 300',
    ...(tls === undefined ? [] : ['ssl = on']),
    ...settings,
  ]
  writeFileSync(join(data, 'postgresql.auto.conf'), `${config.join('\n')}\n`)
  // Where it looks for them by itself, and its own: it reads no key of others.
  for (const [from, name] of tls === undefined
    ? []
    : ([
        [tls.certificateFile, 'server.crt'],
        [tls.keyFile, 'server.key'],
      ] as const)) {
    copyFileSync(from, join(data, name))
    if (owner !== undefined) chownSync(join(data, name), owner.uid, owner.gid)
  }
  const child = startChild(t, [join(bin, 'postgres'), '-D', data], {
    ...owner,
    cwd: folder,
    stopSignal: 'SIGINT',
  })
  const connect: ReferencePostgres['connect'] = (to = database, as = user, by = password) =>
    connectPostgres({
      network: systemNetwork,
      clock: systemClock,
      random: systemRandom(),
      endpoint: at,
      user: as,
      password: by,
      database: to,
      applicationName: 'everport-test',
      timeoutMs: 15_000,
    })
  await whenReady(child, connect)
  return { at, user, password, database, folder, pid: child.pid, connect, output: child.output }
}

/** Its log says when it serves. */
async function whenReady(child: Child, connect: ReferencePostgres['connect']): Promise<void> {
  const deadline = systemClock.now() + startDeadlineMs
  while (!child.output().includes('ready to accept connections')) {
    if (child.hasEnded() || systemClock.now() > deadline)
      throw new Error(`PostgreSQL does not start: ${child.output()}`)
    await Promise.race([child.said(), child.ended])
  }
  const connection = await connect()
  connection.close()
}

/** PostgreSQL refuses to run as root. */
async function serverOwner(): Promise<{ uid: number; gid: number } | undefined> {
  if (userInfo().uid !== 0) return undefined
  const id = async (flag: string): Promise<number> => Number((await run('id', [flag, 'postgres'])).stdout)
  return { uid: await id('-u'), gid: await id('-g') }
}
