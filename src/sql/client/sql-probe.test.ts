import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProbeResult } from '../../health/probe.ts'
import type { SqlSpec } from '../../health/send-probe.ts'
import { systemClock } from '../../io/clock.ts'
import { systemNetwork } from '../../io/network.ts'
import { systemRandom } from '../../io/random.ts'
import { listenScripted, type Script, type ScriptedPeer } from '../../testing/scripted-server.ts'
import type { BackendMessage } from '../pgwire/messages/backend.ts'
import { sqlProbe } from './sql-probe.ts'

const ready: BackendMessage = { kind: 'ReadyForQuery', status: 'I' }
const error = (severity: string, sqlState: string, message: string): BackendMessage => ({
  kind: 'ErrorResponse',
  fields: [
    ['S', severity],
    ['V', severity],
    ['C', sqlState],
    ['M', message],
  ],
})
const row = (value: string | null): BackendMessage[] => [
  {
    kind: 'RowDescription',
    fields: [{ name: 'x', typeOid: 25, typeSize: -1, typeModifier: -1, format: 0 }],
  },
  { kind: 'DataRow', values: [value === null ? null : Buffer.from(value)] },
  { kind: 'CommandComplete', tag: 'SELECT 1' },
  ready,
]

/** Lets anybody in, and answers a query so. */
const answering =
  (answer: (peer: ScriptedPeer) => void, seen: string[] = []): Script =>
  (message, peer) => {
    seen.push(message.kind)
    if (message.kind === 'StartupMessage') peer.send({ kind: 'AuthenticationOk' }, ready)
    else if (message.kind === 'Query') answer(peer)
    else if (message.kind === 'Terminate') peer.end()
  }

async function probed(script: Script, more: Partial<SqlSpec> = {}): Promise<ProbeResult> {
  const listening = await listenScripted(systemNetwork, script)
  const spec: SqlSpec = {
    protocol: 'sql',
    to: listening.at,
    timeoutMs: 1_000,
    user: 'checker',
    password: 'secret',
    database: 'demo',
    query: 'select 1',
    ...more,
  }
  const ports = { network: systemNetwork, clock: systemClock, random: systemRandom() }
  try {
    return await new Promise(resolve => sqlProbe(ports, spec, resolve))
  } finally {
    await listening.close()
  }
}

const rows: [name: string, script: Script, more: Partial<SqlSpec>, word: string, evidence: RegExp][] = [
  ['any answer', answering(peer => peer.send(...row('7'))), {}, 'passed', /^query answered in /],
  ['the answer expected', answering(peer => peer.send(...row('f'))), { expect: 'f' }, 'passed', /answered/],
  [
    'another answer',
    answering(peer => peer.send(...row('t'))),
    { expect: 'f' },
    'content',
    /gave "t" instead of "f"/,
  ],
  ['null', answering(peer => peer.send(...row(null))), { expect: 'f' }, 'content', /gave nothing/],
  [
    'no row',
    answering(peer => peer.send({ kind: 'CommandComplete', tag: 'SELECT 0' }, ready)),
    { expect: 'f' },
    'content',
    /nothing/,
  ],
  [
    'a query refused',
    answering(peer => peer.send(error('ERROR', '42P01', 'no such table'), ready)),
    {},
    'sql',
    /42P01 "no such table"/,
  ],
  [
    'a server that shuts down',
    answering(peer => (peer.send(error('FATAL', '57P01', 'bye')), peer.end())),
    {},
    'sql',
    /57P01/,
  ],
  [
    'a login refused',
    (message, peer) => {
      if (message.kind === 'StartupMessage') peer.send(error('FATAL', '28P01', 'no'))
    },
    {},
    'sql',
    /28P01/,
  ],
  ['silence after the connect', () => undefined, { timeoutMs: 60 }, 'timeout', /./],
  ['silence after the query', answering(() => undefined), { timeoutMs: 60 }, 'timeout', /./],
  ['a reset', answering(peer => peer.reset()), {}, 'reset', /./],
  [
    'another protocol',
    (_, peer) => peer.sendBytes(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')),
    {},
    'protocol',
    /does not answer as a PostgreSQL server/,
  ],
]
for (const [name, script, more, word, evidence] of rows) {
  test(`SQL probe: ${name}: ${word}`, async () => {
    const result = await probed(script, more)
    assert.equal(result.passed ? 'passed' : result.reason, word, result.evidence)
    assert.match(result.evidence, evidence)
  })
}

test('a flood of rows is cut off', async () => {
  const [description, one] = row('x'.repeat(1_000)) as [BackendMessage, BackendMessage]
  const script = answering(peer => {
    peer.send(description)
    for (let i = 0; i < 3_000; i++) peer.send(one)
  })
  const result = await probed(script, { timeoutMs: 300 })
  assert.equal(result.passed ? 'passed' : result.reason, 'timeout')
})

test('it says goodbye', async () => {
  const seen: string[] = []
  let isGone: () => void = () => undefined
  const gone = new Promise<void>(resolve => {
    isGone = resolve
  })
  const script: Script = (message, peer) => {
    answering(() => peer.send(...row('1')), seen)(message, peer)
    if (message.kind === 'Terminate') isGone()
  }
  assert.equal((await probed(script)).passed, true)
  await gone
  assert.deepEqual(seen, ['StartupMessage', 'Query', 'Terminate'])
})

test('nobody listens: refused', async () => {
  const listening = await listenScripted(systemNetwork, () => undefined)
  await listening.close()
  const result = await probed(() => undefined, { to: listening.at })
  assert.equal(result.passed ? 'passed' : result.reason, 'refused')
})
