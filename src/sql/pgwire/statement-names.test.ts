import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EverportError } from '../../base/errors.ts'
import type { PreparedStatement } from '../engine/engine.ts'
import { defaultPgwireLimits } from './limits.ts'
import type { BackendMessage } from './messages/backend.ts'
import type { FrontendMessage } from './messages/frontend.ts'
import { nextSession } from './session.ts'
import type { Effect } from './session-events.ts'
import { createSession, type Session } from './session-state.ts'

function ready(limits = {}): Session {
  const session = createSession({
    key: { processId: 1, secret: Buffer.from('two!') },
    limits: { ...defaultPgwireLimits, ...limits },
    database: 'd',
  })
  session.login = { user: 'u', database: 'd' }
  session.state = { kind: 'opening' }
  nextSession(session, { kind: 'opened' })
  return session
}

const engineStatement = (...parameterTypeOids: number[]): PreparedStatement => ({
  parameterTypeOids,
  columns: [{ name: 'c', typeOid: 25, typeSize: -1, typeModifier: -1 }],
  commandTag: 'SELECT',
  execute: () => Promise.reject(new Error('not called')),
  close: () => undefined,
})

function say(session: Session, ...messages: FrontendMessage[]): Effect[] {
  return messages.flatMap(message => nextSession(session, { kind: 'message', message }))
}
const query = (session: Session, text: string): Effect[] => say(session, { kind: 'Query', text })

/** What the client hears, and what the engine is asked. */
function heard(effects: readonly Effect[]): string[] {
  return effects.flatMap(effect => {
    if (effect.kind === 'send') return [said(effect.message)]
    if (effect.kind === 'prepare' || effect.kind === 'evaluate')
      return [`${effect.kind} ${effect.text.trim()}`]
    if (effect.kind !== 'execute') return [effect.kind]
    return [
      `execute ${effect.parameters.map(value => value && Buffer.from(value.bytes).toString()).join(',')}`,
    ]
  })
}

function said(message: BackendMessage): string {
  if (message.kind === 'CommandComplete') return message.tag
  if (message.kind !== 'ErrorResponse') return message.kind
  return new Map(message.fields).get('C') ?? ''
}

function prepared(session: Session, text: string, ...oids: number[]): Effect[] {
  query(session, text)
  return nextSession(session, { kind: 'prepared', statement: engineStatement(...oids) })
}

test('PREPARE asks the engine once, EXECUTE runs what it gave, DEALLOCATE closes it', () => {
  const session = ready()
  assert.deepEqual(heard(query(session, 'prepare p (int) as select $1')), ['prepare select $1'])
  const statement = engineStatement(23)
  assert.deepEqual(heard(nextSession(session, { kind: 'prepared', statement })), ['PREPARE', 'ReadyForQuery'])
  for (const value of ['41', '42'])
    assert.deepEqual(heard(runToEnd(session, `execute p(${value})`)), [
      `execute ${value}`,
      'RowDescription',
      'fetch',
      'closeExecution',
      'SELECT 0',
      'ReadyForQuery',
    ])
  assert.deepEqual(heard(query(session, 'deallocate p')), ['closeStatement', 'DEALLOCATE', 'ReadyForQuery'])
  assert.deepEqual(heard(query(session, 'execute p(1)')), ['26000', 'ReadyForQuery'])
})

function runToEnd(session: Session, text: string): Effect[] {
  const execution = { next: () => Promise.resolve(undefined), close: () => Promise.resolve() }
  return [
    ...query(session, text),
    ...nextSession(session, { kind: 'executing', execution }),
    ...nextSession(session, { kind: 'finished' }),
  ]
}

test('values that are no constants are computed first, and what goes wrong with them is the answer', () => {
  const session = ready()
  prepared(session, 'prepare p as select $1, $2', 23, 25)
  assert.deepEqual(heard(query(session, "execute p(1 + 1, 'x')")), [
    "evaluate SELECT CAST((1 + 1\n) AS integer), CAST(('x'\n) AS text)",
  ])
  const values = [{ format: 0 as const, bytes: Buffer.from('2') }, null]
  assert.deepEqual(heard(nextSession(session, { kind: 'values', values })), ['execute 2,'])
  nextSession(session, { kind: 'failed', error: new EverportError('division_by_zero', 'division by zero') })
  query(session, 'execute p(1/0, null)')
  const error = new EverportError('division_by_zero', 'division by zero', { position: 9 })
  const effects = nextSession(session, { kind: 'failed', error })
  assert.deepEqual(heard(effects), ['22012', 'ReadyForQuery'])
  assert.ok(!JSON.stringify(effects).includes('"P"'), 'the position is one in our own query')
  query(session, 'execute p(1/1, null)')
  nextSession(session, { kind: 'cancel', reason: 'user' })
  assert.deepEqual(heard(nextSession(session, { kind: 'values', values })), ['57014', 'ReadyForQuery'])
})

test('Parse and PREPARE share their names', () => {
  const session = ready()
  prepared(session, 'prepare p as select 1')
  const parse: FrontendMessage = { kind: 'Parse', name: 'p', text: 'select 2', parameterTypeOids: [] }
  assert.deepEqual(heard(say(session, parse, { kind: 'Sync' })), ['42P05', 'ReadyForQuery'])
  const bind: FrontendMessage = {
    kind: 'Bind',
    portal: '',
    statement: 'p',
    parameterFormats: [],
    parameters: [],
    resultFormats: [1],
  }
  const run: FrontendMessage = { kind: 'Execute', portal: '', rowsMax: 0 }
  assert.deepEqual(heard(say(session, bind, run)), ['BindComplete', 'execute '])
  nextSession(session, { kind: 'failed', error: new EverportError('internal', 'x') })
  say(session, { kind: 'Sync' }, { ...parse, name: 'q' })
  nextSession(session, { kind: 'prepared', statement: engineStatement() })
  say(session, { kind: 'Sync' })
  assert.deepEqual(heard(query(session, 'prepare q as select 1')), ['42P05', 'ReadyForQuery'])
  assert.deepEqual(heard(query(session, 'execute q')), ['execute '])
})

test('EXECUTE by the extended protocol is described as its statement, and is read in parts', () => {
  const session = ready()
  prepared(session, 'prepare p as select 1')
  say(session, { kind: 'Parse', name: '', text: 'execute p;', parameterTypeOids: [] })
  const bind: FrontendMessage = {
    kind: 'Bind',
    portal: 'c',
    statement: '',
    parameterFormats: [],
    parameters: [],
    resultFormats: [1],
  }
  const describe: FrontendMessage = { kind: 'Describe', target: { of: 'portal', name: 'c' } }
  const run: FrontendMessage = { kind: 'Execute', portal: 'c', rowsMax: 1 }
  const effects = say(session, bind, describe, run)
  assert.deepEqual(heard(effects), ['BindComplete', 'RowDescription', 'execute '])
  assert.deepEqual(effects.at(-1)?.kind === 'execute' && effects.at(-1), {
    kind: 'execute',
    statement: session.statements.get('p')?.source.kind === 'engine' && preparedOf(session),
    parameters: [],
    resultFormats: [1],
    wanted: 'asked',
  })
  const execution = { next: () => Promise.resolve(undefined), close: () => Promise.resolve() }
  nextSession(session, { kind: 'executing', execution })
  const batch = { bytes: Buffer.from('row'), rowCount: 1 }
  assert.deepEqual(heard(nextSession(session, { kind: 'rows', batch })), ['sendRows', 'PortalSuspended'])
  assert.deepEqual(heard(say(session, run)), ['fetch'])
})

function preparedOf(session: Session): PreparedStatement | undefined {
  const source = session.statements.get('p')?.source
  return source?.kind === 'engine' ? source.prepared : undefined
}

test('one session keeps so many statements, however they are prepared, and none executes itself', () => {
  const session = ready({ statementsMax: 1 })
  say(session, { kind: 'Parse', name: 'me', text: 'execute me', parameterTypeOids: [] }, { kind: 'Sync' })
  assert.deepEqual(heard(query(session, 'execute me')), ['0A000', 'ReadyForQuery'])
  assert.deepEqual(heard(query(session, 'prepare p as select 1')), ['53400', 'ReadyForQuery'])
})

test('a statement that the engine refuses is not kept, nor one that comes after a cancel', () => {
  const session = ready()
  query(session, 'prepare p as select nosuch')
  const error = new EverportError('undefined_column', 'column "nosuch" does not exist', { position: 21 })
  assert.deepEqual(heard(nextSession(session, { kind: 'failed', error })), ['42703', 'ReadyForQuery'])
  query(session, 'prepare p as select 1')
  nextSession(session, { kind: 'cancel', reason: 'user' })
  assert.deepEqual(heard(nextSession(session, { kind: 'prepared', statement: engineStatement() })), [
    'closeStatement',
    '57014',
    'ReadyForQuery',
  ])
  assert.equal(session.statements.size, 0)
})

test('EXPLAIN EXECUTE explains the statement with its values', () => {
  const session = ready()
  prepared(session, "prepare p (int, text) as select $1 + 1, '$1', $2", 23, 25)
  nextSession(session, { kind: 'message', message: { kind: 'Sync' } })
  assert.deepEqual(heard(query(session, "EXPLAIN (ANALYZE, COSTS OFF) EXECUTE p(1 + 2, 'a')")), [
    "prepare EXPLAIN (ANALYZE, COSTS OFF) select CAST((1 + 2\n) AS integer) + 1, '$1', CAST(('a'\n) AS text)",
  ])
  assert.deepEqual(heard(nextSession(session, { kind: 'prepared', statement: engineStatement() })), [
    'execute ',
  ])
})

test('EXPLAIN EXECUTE is refused for what has no plan, and for values that do not fit', () => {
  const session = ready()
  prepared(session, 'prepare p (int) as select $1', 23)
  say(session, { kind: 'Parse', name: 's', text: 'show timezone', parameterTypeOids: [] })
  for (const [statement, code] of [
    ['explain execute nosuch', '26000'],
    ['explain execute p', '42601'],
    ['explain analyze verbose execute p(1, 2)', '42601'],
    ['explain execute s', '0A000'],
    ['explain execute p(1) x', '42601'],
    ['explain (execute', '42601'],
  ] as const)
    assert.deepEqual(heard(query(session, statement)).slice(0, 1), [code], statement)
})
