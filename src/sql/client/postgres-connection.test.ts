import assert from 'node:assert/strict'
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { ConnectError } from '../../base/network.ts'
import { seededRandom } from '../../base/random.ts'
import { SimulatedClock, settled } from '../../testing/clock.ts'
import {
  encodeMessages,
  type Script,
  type ScriptedPeer,
  scriptedNetwork,
} from '../../testing/scripted-server.ts'
import type { BackendMessage } from '../pgwire/messages/backend.ts'
import { deriveKeyOnce } from './derive-key.ts'
import { connectPostgres, type PostgresConnection, type PostgresOptions } from './postgres-connection.ts'
import { ConnectionLost, NotPostgres, PostgresError, type ServerReport } from './postgres-error.ts'
import type { QueryEvent } from './result.ts'

const endpoint = { address: '127.0.0.9', port: 9996 }
const ready: BackendMessage = { kind: 'ReadyForQuery', status: 'I' }
const field = (name: string, typeOid = 25) => ({
  name,
  typeOid,
  typeSize: -1,
  typeModifier: -1,
  format: 0 as const,
})
const cells = (...values: (string | null)[]): BackendMessage => ({
  kind: 'DataRow',
  values: values.map(value => (value === null ? null : Buffer.from(value))),
})
const failed = (
  severity: string,
  sqlState: string,
  message: string,
  more: [string, string][] = [],
): BackendMessage => ({
  kind: 'ErrorResponse',
  fields: [['S', severity], ['V', severity], ['C', sqlState], ['M', message], ...more],
})
const rows: BackendMessage[] = [
  { kind: 'RowDescription', fields: [field('city'), field('people', 23)] },
  cells('Wien', '1982'),
  cells('東京', null),
  cells('', '0'),
  { kind: 'CommandComplete', tag: 'SELECT 3' },
]

/** Lets anybody in, then answers each Query with what `answer` sends. */
function server(answer: (text: string, peer: ScriptedPeer) => void): Script {
  return (message, peer) => {
    if (message.kind === 'StartupMessage') {
      peer.send(
        { kind: 'AuthenticationOk' },
        { kind: 'ParameterStatus', name: 'server_version', value: '15.0' },
        { kind: 'BackendKeyData', processId: 7, secret: Buffer.from('key!') },
        ready,
      )
    }
    if (message.kind === 'Query') answer(message.text, peer)
  }
}

function connect(script: Script, more: Partial<PostgresOptions> = {}): Promise<PostgresConnection> {
  return connectPostgres({
    network: scriptedNetwork(() => script),
    clock: new SimulatedClock(),
    random: seededRandom(1),
    endpoint,
    user: 'ada',
    password: 'secret',
    database: 'demo',
    applicationName: 'test',
    timeoutMs: 1000,
    ...more,
  })
}

async function collect(events: AsyncIterable<QueryEvent>): Promise<QueryEvent[]> {
  const all: QueryEvent[] = []
  for await (const event of events) all.push(event)
  return all
}

test('a query gives columns, cells and the command tag', async () => {
  const connection = await connect(server((_, peer) => peer.send(...rows, ready)))
  assert.deepEqual(await connection.query('select'), {
    columns: [
      { name: 'city', typeOid: 25 },
      { name: 'people', typeOid: 23 },
    ],
    rows: [
      ['Wien', '1982'],
      ['東京', null],
      ['', '0'],
    ],
    commandTag: 'SELECT 3',
  })
  assert.equal(connection.parameters.get('server_version'), '15.0')
  connection.close()
})

test('what COPY writes comes as rows of one column', async () => {
  const lines = ['1\tWien\n', '2\t\\N\n'].map(
    (line): BackendMessage => ({ kind: 'CopyOutData', data: Buffer.from(line) }),
  )
  const answer: BackendMessage[] = [
    { kind: 'CopyOutResponse', format: 0, columnCount: 2 },
    ...lines,
    { kind: 'CopyOutDone' },
    { kind: 'CommandComplete', tag: 'COPY 2' },
    ready,
  ]
  const connection = await connect(server((_, peer) => peer.send(...answer)))
  assert.deepEqual(await connection.query('copy'), {
    columns: [{ name: 'copy', typeOid: 25 }],
    rows: [['1\tWien'], ['2\t\\N']],
    commandTag: 'COPY 2',
  })
  connection.close()
})

test('the startup message asks for what was given', async () => {
  let asked: unknown
  await connect((message, peer) => {
    if (message.kind === 'StartupMessage') asked = Object.fromEntries(message.parameters)
    peer.send({ kind: 'AuthenticationOk' }, ready)
  })
  assert.deepEqual(asked, {
    user: 'ada',
    database: 'demo',
    application_name: 'test',
    client_encoding: 'UTF8',
  })
})

test('however the bytes are cut, the answer is the same', async () => {
  const answer = [...rows, { kind: 'CommandComplete', tag: 'SET' } as const, ...rows, ready]
  const size = encodeMessages(...answer).length
  const expected = await (await connect(server((_, peer) => peer.send(...answer)))).queryAll('select')
  for (let at = 1; at < size; at++) {
    const network = scriptedNetwork(() => server((_, peer) => peer.send(...answer)), {
      split: bytes => [bytes.subarray(0, at), bytes.subarray(at)].filter(part => part.length > 0),
    })
    const connection = await connect(() => undefined, { network })
    assert.deepEqual(await connection.queryAll('select'), expected, `cut at ${at}`)
  }
  const network = scriptedNetwork(() => server((_, peer) => peer.send(...answer)), {
    split: bytes => Array.from(bytes, byte => Buffer.of(byte)),
  })
  assert.deepEqual(await (await connect(() => undefined, { network })).queryAll('select'), expected)
})

test('several statements give several results, an empty one too', async () => {
  const connection = await connect(
    server((_, peer) =>
      peer.send(...rows, { kind: 'CommandComplete', tag: 'SET' }, { kind: 'EmptyQueryResponse' }, ready),
    ),
  )
  const tags = (await connection.queryAll('a;b;')).map(result => result.commandTag)
  assert.deepEqual(tags, ['SELECT 3', 'SET', ''])
})

test('a stream hands on what has arrived', async () => {
  const connection = await connect(server((_, peer) => peer.send(...rows, ready)))
  const kinds = (await collect(connection.stream('select'))).map(event => event.kind)
  assert.deepEqual(kinds, ['columns', 'rows', 'complete'])
})

test('whoever stops reading early cancels, and the session goes on', async () => {
  const kinds: string[] = []
  let running: ScriptedPeer | undefined
  const script = server((text, peer) => {
    if (text === 'short') return peer.send({ kind: 'CommandComplete', tag: 'SET' }, ready)
    running = peer
    peer.send(...rows.slice(0, 3))
  })
  const connection = await connect((message, peer) => {
    kinds.push(message.kind)
    if (message.kind !== 'CancelRequest') return script(message, peer)
    assert.deepEqual(message, { kind: 'CancelRequest', processId: 7, secret: Buffer.from('key!') })
    running?.send(failed('ERROR', '57014', 'canceled'), ready)
    peer.end()
  })
  for await (const event of connection.stream('endless')) if (event.kind === 'rows') break
  assert.equal(connection.isBusy, false)
  assert.equal((await connection.query('short')).commandTag, 'SET')
  assert.deepEqual(kinds, ['StartupMessage', 'Query', 'CancelRequest', 'Query'])
})

test("a server's error has all its fields, and the session goes on", async () => {
  const connection = await connect(
    server((text, peer) =>
      text === 'good'
        ? peer.send({ kind: 'CommandComplete', tag: 'SET' }, ready)
        : peer.send(
            failed('ERROR', '42P01', 'relation "x" does not exist', [
              ['D', 'more'],
              ['H', 'try'],
              ['P', '15'],
            ]),
            { kind: 'ReadyForQuery', status: 'E' },
          ),
    ),
  )
  await assert.rejects(connection.query('bad'), (error: PostgresError) => {
    assert.ok(error instanceof PostgresError)
    const { severity, sqlState, message, detail, hint, position } = error
    assert.deepEqual(
      { severity, sqlState, message, detail, hint, position },
      {
        severity: 'ERROR',
        sqlState: '42P01',
        message: 'relation "x" does not exist',
        detail: 'more',
        hint: 'try',
        position: 15,
      },
    )
    return true
  })
  assert.equal(connection.transactionStatus, 'E')
  assert.equal((await connection.query('good')).commandTag, 'SET')
})

test('a result that fails in its middle is an error, never a short result', async () => {
  const connection = await connect(
    server((_, peer) => peer.send(...rows.slice(0, 3), failed('ERROR', '22000', 'boom'), ready)),
  )
  await assert.rejects(connection.query('select'), { name: 'PostgresError', message: 'boom' })
  const cutOff = await connect(server((_, peer) => peer.send(...rows.slice(0, 3), ready)))
  await assert.rejects(cutOff.query('select'), NotPostgres)
})

test("a connection that dies in a query is ConnectionLost; a goodbye is the server's own error", async () => {
  const losses: Error[] = []
  const onLost = (error: Error) => losses.push(error)
  const reset = await connect(
    server((_, peer) => peer.reset()),
    { onLost },
  )
  await assert.rejects(
    reset.query('select'),
    (e: ConnectionLost) => e instanceof ConnectionLost && e.reason === 'reset',
  )
  const closed = await connect(
    server((_, peer) => (peer.send(...rows.slice(0, 2)), peer.end())),
    { onLost },
  )
  await assert.rejects(
    closed.query('select'),
    (e: ConnectionLost) => e instanceof ConnectionLost && e.reason === 'closed',
  )
  const goodbye = await connect(
    server((_, peer) => (peer.send(failed('FATAL', '57P01', 'shutting down')), peer.end())),
    { onLost },
  )
  await assert.rejects(goodbye.query('select'), {
    name: 'PostgresError',
    severity: 'FATAL',
    sqlState: '57P01',
  })
  assert.deepEqual(
    losses.map(error => error.name),
    ['ConnectionLost', 'ConnectionLost', 'PostgresError'],
  )
  await assert.rejects(goodbye.query('select'), { sqlState: '57P01' })
})

test('a loss between queries is told once, with the last words', async () => {
  let peer: ScriptedPeer | undefined
  const losses: Error[] = []
  const notices: ServerReport[] = []
  const connection = await connect(
    (message, at) => {
      peer = at
      server(() => undefined)(message, at)
    },
    { onLost: error => losses.push(error), onNotice: notice => notices.push(notice) },
  )
  peer?.send(
    {
      kind: 'NoticeResponse',
      fields: [
        ['S', 'WARNING'],
        ['M', 'soon'],
      ],
    },
    { kind: 'ParameterStatus', name: 'TimeZone', value: 'UTC' },
    failed('FATAL', '57P01', 'shutting down'),
  )
  peer?.end()
  await settled()
  await settled()
  assert.deepEqual(
    losses.map(error => error.message),
    ['shutting down'],
  )
  assert.equal(connection.lost, losses[0])
  assert.equal(notices[0]?.message, 'soon')
  assert.equal(connection.parameters.get('TimeZone'), 'UTC')
})

test('a server that does not answer the login is given up in time', async () => {
  const clock = new SimulatedClock()
  const connecting = connect(() => undefined, { clock })
  await settled()
  clock.advance(1000)
  await assert.rejects(
    connecting,
    (e: ConnectionLost) => e instanceof ConnectionLost && e.reason === 'timeout',
  )
  assert.equal(clock.nextAt(), undefined)
})

test("a refused login is the server's error", async () => {
  await assert.rejects(
    connect((_, peer) => (peer.send(failed('FATAL', '28P01', 'password authentication failed')), peer.end())),
    { name: 'PostgresError', sqlState: '28P01' },
  )
  const network = scriptedNetwork(at => {
    throw new ConnectError('refused', at)
  })
  await assert.rejects(
    connect(() => undefined, { network }),
    { name: 'ConnectError', reason: 'refused' },
  )
})

const garbage: [what: string, bytes: Uint8Array, words: RegExp][] = [
  ['a web server', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), /it begins with "HTTP\/1\.1 400 Bad"/],
  ['a huge length', Buffer.of(0x52, 0x7f, 0xff, 0xff, 0xff), /it begins with "R/],
  ['a length below its own size', Buffer.of(0x52, 0, 0, 0, 3, 0), /it begins with "R/],
  ['an unknown message', Buffer.of(0x7e, 0, 0, 0, 4), /unknown message of type "~"/],
  ['rows before the login', encodeMessages(cells('x')), /AuthenticationSASL expected, DataRow found/],
  ['a clear-text password request', Buffer.of(0x52, 0, 0, 0, 8, 0, 0, 0, 3), /login of kind 3/],
  [
    'another SASL mechanism',
    encodeMessages({ kind: 'AuthenticationSASL', mechanisms: ['OAUTH'] }),
    /does not offer/,
  ],
  [
    'a challenge unasked',
    encodeMessages({ kind: 'AuthenticationSASLContinue', data: Buffer.from('r=x') }),
    /expected/,
  ],
]
for (const [what, bytes, words] of garbage) {
  test(`one clear error for ${what}`, async () => {
    await assert.rejects(
      connect((_, peer) => peer.sendBytes(bytes)),
      (error: Error) => {
        assert.ok(error instanceof NotPostgres, String(error))
        assert.match(error.message, /^127\.0\.0\.9:9996 does not answer as a PostgreSQL server: /)
        assert.match(error.message, words)
        return true
      },
    )
  })
}

test('an answer out of order ends the session with one clear error', async () => {
  const description = rows[0] as BackendMessage
  const wrong: BackendMessage[][] = [
    [cells('a', 'b')],
    [description, description],
    [description, cells('one')],
    [description, ready],
    [{ kind: 'AuthenticationOk' }],
    [failed('ERROR', 'XX000', 'a'), failed('ERROR', 'XX000', 'b')],
    [failed('ERROR', 'XX000', 'a'), { kind: 'CommandComplete', tag: 'SET' }],
  ]
  for (const answer of wrong) {
    const connection = await connect(server((_, peer) => peer.send(...answer)))
    await assert.rejects(connection.query('select'), NotPostgres)
    await assert.rejects(connection.query('again'), NotPostgres)
  }
})

test('no bytes make it hang, crash or believe', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async bytes => {
      const connection = await connect(server((_, peer) => (peer.sendBytes(bytes), peer.end())))
      await assert.rejects(connection.query('select'))
    }),
  )
})

/** The server's side of SCRAM-SHA-256, as RFC 5802 has it. */
function scramServer(password: string, lie: (final: string) => string = final => final): Script {
  const salt = Buffer.from('0123456789abcdef')
  let clientFirst = ''
  let serverFirst = ''
  return (message, peer) => {
    if (message.kind === 'StartupMessage')
      peer.send({ kind: 'AuthenticationSASL', mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'] })
    if (message.kind === 'SASLInitialResponse') {
      clientFirst = Buffer.from(message.data ?? [])
        .toString()
        .replace('n,,', '')
      serverFirst = `r=${clientFirst.split('r=')[1]}server,s=${salt.toString('base64')},i=4096`
      peer.passwordStep = 'response'
      peer.send({ kind: 'AuthenticationSASLContinue', data: Buffer.from(serverFirst) })
    }
    if (message.kind === 'SASLResponse') {
      const [withoutProof = '', proof = ''] = Buffer.from(message.data).toString().split(',p=')
      const salted = pbkdf2Sync(password, salt, 4096, 32, 'sha256')
      const hmac = (key: Uint8Array, text: string) => createHmac('sha256', key).update(text).digest()
      const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest()
      const authMessage = `${clientFirst},${serverFirst},${withoutProof}`
      const signature = hmac(storedKey, authMessage)
      const clientKey = Buffer.from(proof, 'base64').map((byte, i) => byte ^ (signature[i] ?? 0))
      if (!createHash('sha256').update(clientKey).digest().equals(storedKey)) {
        peer.send(failed('FATAL', '28P01', 'password authentication failed'))
        peer.end()
        return
      }
      const final = lie(`v=${hmac(hmac(salted, 'Server Key'), authMessage).toString('base64')}`)
      peer.send(
        { kind: 'AuthenticationSASLFinal', data: Buffer.from(final) },
        { kind: 'AuthenticationOk' },
        ready,
      )
    }
  }
}

test('SCRAM: the right password gets in, a wrong one does not', async () => {
  await connect(scramServer('secret'))
  await assert.rejects(connect(scramServer('other')), { sqlState: '28P01' })
})

test('SCRAM: a server that does not know the password is not believed', async () => {
  const lie = () => `v=${Buffer.alloc(32).toString('base64')}`
  await assert.rejects(connect(scramServer('secret', lie)), /could not prove that it knows the password/)
  await assert.rejects(
    connect((message, peer) => {
      if (message.kind === 'SASLInitialResponse') peer.send({ kind: 'AuthenticationOk' }, ready)
      else scramServer('secret')(message, peer)
    }),
    /AuthenticationSASLContinue expected, AuthenticationOk found/,
  )
})

test('SCRAM: a malformed or excessive challenge is refused', async () => {
  for (const challenge of [
    '',
    'r=x,s=AAAA,i=4096',
    'r={n}x,s=AAAA,i=2000000',
    'r={n}x,s=AAAA,i=0',
    'r={n},s=AAAA,i=1',
  ]) {
    const script: Script = (message, peer) => {
      if (message.kind === 'StartupMessage')
        peer.send({ kind: 'AuthenticationSASL', mechanisms: ['SCRAM-SHA-256'] })
      if (message.kind !== 'SASLInitialResponse') return
      const nonce =
        Buffer.from(message.data ?? [])
          .toString()
          .split('r=')[1] ?? ''
      peer.send({ kind: 'AuthenticationSASLContinue', data: Buffer.from(challenge.replace('{n}', nonce)) })
    }
    await assert.rejects(connect(script), NotPostgres)
  }
})

test('SCRAM: clients that come back together derive the key once', async () => {
  const keys = new Set<Promise<Uint8Array>>()
  const deriveKey: typeof deriveKeyOnce = (...args) => {
    const key = deriveKeyOnce(...args)
    keys.add(key)
    return key
  }
  await Promise.all(Array.from({ length: 50 }, () => connect(scramServer('secret'), { deriveKey })))
  assert.equal(keys.size, 1)
})
