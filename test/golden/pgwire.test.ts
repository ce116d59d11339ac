import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { silentLog } from '../../src/base/log.ts'
import { seededRandom } from '../../src/base/random.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { createVerifier } from '../../src/sql/auth/scram-verifier.ts'
import type { FrontendMessage, StartupPacket } from '../../src/sql/pgwire/messages/frontend.ts'
import { type PostgresServer, startPostgresServer } from '../../src/sql/pgwire/server.ts'
import { createFakeEngine } from '../../src/testing/fake-engine.ts'
import { connectPgClient, type PgClient, type Received } from '../../src/testing/pg-client.ts'

// Each file is a script, and the trace of what was said, between which '----' stands. Lines of a script:
//   client NAME          go on with another connection
//   connect, login USER PASSWORD, enter (log in well, and show little of it)
//   send KIND {fields}, raw HEX, until KIND…
//   cancel NAME          a CancelRequest with that client's key
//   busy COUNT           wait until so many queries run
//   drain DEADLINE_MS
// EVERPORT_REWRITE_GOLDEN=1 writes the traces anew.

const folder = new URL('./pgwire/', import.meta.url).pathname
const rewrites = process.env['EVERPORT_REWRITE_GOLDEN'] === '1'
const verifier = createVerifier('secret', Buffer.from('0123456789abcdef'), 4096)
const files = readdirSync(folder).filter(name => name.endsWith('.txt'))

test('there are transcripts', () => {
  assert.ok(files.length >= 14)
})

for (const file of files) {
  test(`transcript ${file}`, async () => {
    const path = join(folder, file)
    assert.ok(existsSync(path))
    const [script = '', golden = ''] = readFileSync(path, 'utf8').split('\n----\n')
    const trace = await play(script)
    if (rewrites) writeFileSync(path, `${script}\n----\n${trace}`)
    else assert.equal(trace, golden)
  })
}

interface Stage {
  readonly server: PostgresServer
  readonly clients: Map<string, PgClient>
  readonly keys: Map<string, { processId: number; secret: Uint8Array }>
  readonly trace: string[]
  current: string
}

async function play(script: string): Promise<string> {
  const server = await startPostgresServer({
    network: systemNetwork,
    at: { address: '127.0.0.1', port: 0 },
    clock: systemClock,
    random: seededRandom(1),
    engine: createFakeEngine(),
    log: silentLog,
    authenticate: user => (user === 'everport' ? verifier : undefined),
    nodeNumber: 1,
    database: 'everport',
    limits: {
      lingerMs: 20,
      refusalDelayMs: 5,
      connectionsMax: 2,
      statementsMax: 3,
      portalsMax: 3,
      batchRowsMax: 4,
    },
  })
  const stage: Stage = { server, clients: new Map(), keys: new Map(), trace: [], current: 'a' }
  try {
    for (const line of script.split('\n')) {
      if (line !== '' && !line.startsWith('#')) await step(stage, line)
    }
  } finally {
    for (const { connection } of stage.clients.values()) connection.destroy()
    await server.close()
  }
  return `${stage.trace.join('\n')}\n`
}

async function step(stage: Stage, line: string): Promise<void> {
  const [word = '', ...rest] = line.split(' ')
  const argument = rest.join(' ')
  stage.trace.push(`\n${line}`)
  switch (word) {
    case 'client':
      stage.current = argument
      return
    case 'connect':
      stage.clients.set(stage.current, await connectPgClient(systemNetwork, stage.server.at))
      return
    case 'login':
      return heard(stage, await client(stage).logIn({ user: rest[0] ?? '', password: rest[1] ?? '' }))
    case 'enter': {
      const greeting = await client(stage).logIn({ user: 'everport', password: 'secret' })
      return heard(stage, greeting.slice(-2))
    }
    case 'send':
      return client(stage).send(messageOf(rest[0] ?? '', rest.slice(1).join(' ')))
    case 'raw':
      client(stage).connection.write(Buffer.from(argument.replaceAll(' ', ''), 'hex'))
      return
    case 'until':
      return heard(stage, await client(stage).until(...(rest as Received['kind'][])))
    case 'cancel': {
      const key = stage.keys.get(argument) ?? { processId: 0, secret: Buffer.alloc(4) }
      return client(stage).send({ ...key, kind: 'CancelRequest' })
    }
    case 'busy':
      return until(() => stage.server.activeQueries() === Number(argument))
    case 'drain':
      void stage.server.drain(Number(argument), { keepAccepting: true })
      return
    default:
      throw new Error(`unknown step: ${line}`)
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!isTrue()) {
    assert.ok(Date.now() < deadline, 'waited too long')
    await new Promise(resolve => setImmediate(resolve))
  }
}

function client(stage: Stage): PgClient {
  const found = stage.clients.get(stage.current)
  assert.ok(found, `client ${stage.current} is not connected`)
  return found
}

function heard(stage: Stage, messages: Received[]): void {
  for (const message of messages) {
    if (message.kind === 'BackendKeyData') stage.keys.set(stage.current, message)
    stage.trace.push(`  ${shown(message)}`)
  }
}

function shown({ kind, ...fields }: Received): string {
  if ('secret' in fields) return `${kind} ${JSON.stringify({ ...fields, secret: hex(fields.secret) })}`
  const text = JSON.stringify(fields, (_key, value: unknown) => {
    const bytes = value as { type?: string; data?: number[] } | null
    return bytes?.type === 'Buffer' ? Buffer.from(bytes.data ?? []).toString() : value
  })
  return text === '{}' ? kind : `${kind} ${text}`
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** Fields in JSON; those left out are empty. */
function messageOf(kind: string, json: string): FrontendMessage | StartupPacket {
  const fields = json === '' ? {} : (JSON.parse(json) as Record<string, unknown>)
  const empty: Record<string, Record<string, unknown>> = {
    Parse: { name: '', text: '', parameterTypeOids: [] },
    Bind: { portal: '', statement: '', parameterFormats: [], parameters: [], resultFormats: [] },
    Execute: { portal: '', rowsMax: 0 },
  }
  const message: Record<string, unknown> = { kind, ...empty[kind], ...fields }
  if (kind === 'StartupMessage') message['parameters'] = new Map(Object.entries(fields['parameters'] ?? {}))
  if (kind === 'Bind') {
    const values = message['parameters'] as (string | null)[]
    message['parameters'] = values.map(value => (value === null ? null : Buffer.from(value)))
  }
  return message as unknown as FrontendMessage
}
