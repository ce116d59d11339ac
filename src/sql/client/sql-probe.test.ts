import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReadPasswordFile } from '../../base/password-file.ts'
import type { ProbeResult } from '../../health/probe.ts'
import type { SqlSpec } from '../../health/send-probe.ts'
import { systemClock } from '../../io/clock.ts'
import { systemNetwork } from '../../io/network.ts'
import { systemRandom } from '../../io/random.ts'
import { SimulatedClock, settled } from '../../testing/clock.ts'
import {
  listenScripted,
  type Script,
  type ScriptedPeer,
  scriptedNetwork,
} from '../../testing/scripted-server.ts'
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

const reading = (content: string | { readonly problem: string }): ReadPasswordFile => {
  return async () => (typeof content === 'string' ? { password: content } : content)
}

async function probed(
  script: Script,
  more: Partial<SqlSpec> = {},
  readPasswordFile = reading('s3cret'),
): Promise<ProbeResult> {
  const listening = await listenScripted(systemNetwork, script)
  const spec: SqlSpec = {
    protocol: 'sql',
    to: listening.at,
    timeoutMs: 20_000,
    user: 'checker',
    passwordFile: '/etc/checker',
    database: 'demo',
    query: 'select 1',
    ...more,
  }
  const ports = { network: systemNetwork, clock: systemClock, random: systemRandom(), readPasswordFile }
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

const named = { passwordFile: '/etc/checker' }

/** A probe in simulated time, and how many connects it has tried. */
function simulated(readPasswordFile: ReadPasswordFile, file: Pick<SqlSpec, 'passwordFile'> = named) {
  let connects = 0
  const network = scriptedNetwork(() => {
    connects++
    return () => undefined
  })
  const clock = new SimulatedClock()
  const results: ProbeResult[] = []
  const spec: SqlSpec = {
    protocol: 'sql',
    to: { address: '127.0.1.11', port: 9996 },
    timeoutMs: 1_000,
    user: 'checker',
    ...file,
    database: 'demo',
    query: 'select 1',
  }
  const ports = { network, clock, random: systemRandom(), readPasswordFile }
  const cancel = sqlProbe(ports, spec, result => results.push(result))
  return { clock, results, cancel, connects: () => connects }
}

test('a file that gives no password fails the probe by name, and nobody is connected to', async () => {
  const { results, connects } = simulated(reading({ problem: 'it does not exist' }))
  await settled()
  assert.deepEqual(results, [
    {
      passed: false,
      reason: 'password',
      latencyMs: 0,
      evidence: 'password file /etc/checker: it does not exist',
    },
  ])
  assert.equal(connects(), 0)
})

test('a file that cannot be read in time fails the probe, and what comes later is not used', async () => {
  let answer: (password: { readonly password: string }) => void = () => undefined
  const { clock, results, connects } = simulated(
    () =>
      new Promise(resolve => {
        answer = resolve
      }),
  )
  clock.advance(999)
  assert.deepEqual(results, [])
  clock.advance(1)
  assert.deepEqual(
    results.map(({ evidence }) => evidence),
    ['password file /etc/checker: it could not be read in time'],
  )
  answer({ password: 's3cret' })
  await settled()
  assert.equal(results.length, 1)
  assert.equal(connects(), 0)
})

test('a probe that is cancelled while the file is read connects to nobody and tells nothing', async () => {
  const { clock, results, cancel, connects } = simulated(reading('s3cret'))
  cancel()
  await settled()
  clock.advance(2_000)
  assert.deepEqual([results, connects()], [[], 0])
})

test('the file is read once a probe, and not at all where none is named', async () => {
  const paths: string[] = []
  const readPasswordFile: ReadPasswordFile = async path => {
    paths.push(path)
    return { password: 's3cret' }
  }
  const script = answering(peer => peer.send(...row('1')))
  assert.equal((await probed(script, {}, readPasswordFile)).passed, true)
  assert.equal((await probed(script, {}, readPasswordFile)).passed, true)
  assert.deepEqual(paths, ['/etc/checker', '/etc/checker'])
  const { connects } = simulated(readPasswordFile, {})
  await settled()
  assert.equal(connects(), 1)
  assert.equal(paths.length, 2)
})
