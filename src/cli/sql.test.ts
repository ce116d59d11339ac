import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, test } from 'node:test'
import type { Endpoint } from '../base/network.ts'
import { ConnectError } from '../base/network.ts'
import { seededRandom } from '../base/random.ts'
import { systemClock } from '../io/clock.ts'
import type { BackendMessage } from '../sql/pgwire/messages/backend.ts'
import { type Script, type ScriptedPeer, scriptedNetwork } from '../testing/scripted-server.ts'
import { runSql, type SqlIo } from './sql.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'everport-sql-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const ready: BackendMessage = { kind: 'ReadyForQuery', status: 'I' }
const failed = (sqlState: string, message: string, position: string, severity = 'ERROR'): BackendMessage => ({
  kind: 'ErrorResponse',
  fields: [
    ['V', severity],
    ['C', sqlState],
    ['M', message],
    ['P', position],
  ],
})

/** Knows a few statements by heart. */
function demo(onQuery?: (sql: string, peer: ScriptedPeer) => boolean): Script {
  return (message, peer) => {
    if (message.kind === 'StartupMessage') peer.send({ kind: 'AuthenticationOk' }, ready)
    if (message.kind !== 'Query' || onQuery?.(message.text, peer) === true) return
    const table = /^select (\w+)$/.exec(message.text)?.[1]
    if (message.text.startsWith('set')) peer.send({ kind: 'CommandComplete', tag: 'SET' }, ready)
    else if (table === undefined) peer.send(failed('42P01', 'relation "nope" does not exist', '15'), ready)
    else
      peer.send(
        {
          kind: 'RowDescription',
          fields: [{ name: 'n', typeOid: 23, typeSize: 4, typeModifier: -1, format: 0 }],
        },
        { kind: 'DataRow', values: [Buffer.from(table)] },
        { kind: 'CommandComplete', tag: 'SELECT 1' },
        ready,
      )
  }
}

const byAddress = ['127.0.0.1', '--port', '1', '--user', 'u', '--database', 'd']

async function run(
  args: string[],
  more: { stdin?: string; serverAt?: (at: Endpoint) => Script; environment?: SqlIo['environment'] } = {},
): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const [out, err] = [text(stdout), text(stderr)]
  const code = await runSql(['--state', folder, ...args], {
    stdin: Readable.from(more.stdin === undefined ? [] : [more.stdin]),
    stdout,
    stderr,
    environment: more.environment ?? {},
    network: scriptedNetwork(more.serverAt ?? (() => demo())),
    clock: systemClock,
    random: seededRandom(1),
  })
  stdout.end()
  stderr.end()
  return { code, out: await out, err: await err }
}

test('-c runs statements in each format', async () => {
  assert.deepEqual(await run([...byAddress, '-c', 'set x = 1; select 7']), {
    code: 0,
    out: 'SET\n n\n---\n 7\n(1 row)\n\n',
    err: '',
  })
  assert.equal((await run([...byAddress, '--format', 'csv', '-c', 'set x = 1; select 7'])).out, 'n\r\n7\r\n')
  assert.equal((await run([...byAddress, '--format', 'json', '-c', 'select 7'])).out, '[\n{"n":7}\n]\n')
})

test('an SQL error goes to stderr as in psql, ends the run, and gives 1', async () => {
  assert.deepEqual(await run([...byAddress, '-c', 'select * from nope; select 7']), {
    code: 1,
    out: '',
    err: 'ERROR:  relation "nope" does not exist\nLINE 1: select * from nope\n                      ^\n',
  })
})

test('a pipe or file is run statement by statement and stops at the first error, by line', async () => {
  const stdin = '-- numbers\nselect\n1;\nselect 2; select\n* from nope;\nselect 3'
  const piped = await run([...byAddress, '--format', 'json'], {
    stdin: stdin.replace('select\n1', 'select 1'),
  })
  assert.equal(piped.out, '[\n{"n":1}\n]\n[\n{"n":2}\n]\n')
  assert.match(piped.err, /stopped at line 4\n$/)
  assert.equal(piped.code, 1)
  const file = join(folder, 'x.sql')
  writeFileSync(file, 'select 5;\r\nselect 6')
  assert.equal((await run([...byAddress, '--format', 'csv', '-f', file])).out, 'n\r\n5\r\nn\r\n6\r\n')
  await assert.rejects(run([...byAddress, '-f', join(folder, 'none')]), /cannot read .*none: ENOENT/)
  await assert.rejects(run([...byAddress, '-f', folder]), /cannot read .*: EISDIR/)
})

test('the state folder tells whom to ask; without one it says how to start', async () => {
  await assert.rejects(run(['-c', 'select 1']), { message: 'no Everport runs here', hint: /npm start/ })
  const dns = [{ address: '127.0.0.1', port: 5300 }]
  const file = { dns, name: '127.0.1.1', port: 9996, user: 'u', password: 'p', database: 'd' }
  writeFileSync(join(folder, 'client.json'), JSON.stringify(file))
  const asked: Endpoint[] = []
  const serverAt = (at: Endpoint) => {
    asked.push(at)
    return demo()
  }
  assert.equal((await run(['-c', 'select 1'], { serverAt })).code, 0)
  assert.deepEqual(asked, [{ address: '127.0.1.1', port: 9996 }])
})

test('nobody there, or not for us: one line, and 2', async () => {
  const refused = await run([...byAddress, '-c', 'select 1'], {
    serverAt: at => {
      throw new ConnectError('unreachable', at)
    },
  })
  assert.equal(refused.code, 2)
  assert.match(
    refused.err,
    /^error: no address of 127\.0\.0\.1 answers: connect to 127\.0\.0\.1:1: unreachable\n$/,
  )
  const refusing = (): Script => (_, peer) =>
    peer.send(failed('28P01', 'password authentication failed', '', 'FATAL'))
  const noPassword = await run([...byAddress, '-c', 'select 1'], {
    serverAt: refusing,
  })
  assert.deepEqual(noPassword, {
    code: 2,
    out: '',
    err: 'FATAL:  password authentication failed\n  no password was given for u; try: EVERPORT_PASSWORD=… everport sql --user u\n',
  })
  const wrongPassword = await run([...byAddress, '-c', 'select 1'], {
    serverAt: refusing,
    environment: { PGPASSWORD: 'wrong' },
  })
  assert.deepEqual(wrongPassword, { code: 2, out: '', err: 'FATAL:  password authentication failed\n' })
  const web = await run([...byAddress, '-c', 'select 1'], {
    serverAt: () => (_, peer) => peer.sendBytes(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')),
  })
  assert.equal(web.code, 2)
  assert.match(web.err, /^error: 127\.0\.0\.1:1 does not answer as a PostgreSQL server: .*\n$/)
})

test('-c asks another node when its own dies before a row, and says so', async () => {
  let connections = 0
  const serverAt = () => {
    connections++
    const isFirst = connections === 1
    return demo((sql, peer) => {
      if (!isFirst || sql !== 'select 7') return false
      peer.reset()
      return true
    })
  }
  const { code, out, err } = await run([...byAddress, '--format', 'csv', '-c', 'select 7'], { serverAt })
  assert.equal(code, 0)
  assert.equal(out, 'n\r\n7\r\n')
  assert.match(
    err,
    /^connection to 127\.0\.0\.1 lost; reconnecting …\nconnected to 127\.0\.0\.1 after \d+ ms; .*\nrunning the statement again\n$/,
  )
})

test('what may have been done is not done twice, and gives 2', async () => {
  const serverAt = () =>
    demo((sql, peer) => {
      if (!sql.startsWith('insert')) return false
      peer.reset()
      return true
    })
  const { code, err } = await run([...byAddress, '-c', 'insert into t values (1)'], { serverAt })
  assert.equal(code, 2)
  assert.match(
    err,
    /error: the connection was lost while the statement ran: nobody knows whether it was done\n$/,
  )
})

test('help, and arguments that are wrong', async () => {
  assert.match((await run(['--help'])).out, /^everport sql \[NAME\]/)
  await assert.rejects(run(['--format', 'xml']), { code: 'invalid_input' })
})
