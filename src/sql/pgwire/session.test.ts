import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EverportError } from '../../base/errors.ts'
import { anyFrontendMessage } from '../../testing/pg-messages.ts'
import { createVerifier, parseVerifier } from '../auth/scram-verifier.ts'
import type { Execution, PreparedStatement } from '../engine/engine.ts'
import { defaultPgwireLimits } from './limits.ts'
import type { FrontendMessage } from './messages/frontend.ts'
import { nextSession } from './session.ts'
import type { Effect, SessionEvent } from './session-events.ts'
import { createSession, isWaiting, type Session } from './session-state.ts'

const verifier = parseVerifier(createVerifier('x', Buffer.from('salt'), 1))

function started(): Session {
  return createSession({
    key: { processId: 1, secret: Buffer.from('two!') },
    limits: defaultPgwireLimits,
    database: 'd',
  })
}

/** A session in state ready, without the handshake. */
function ready(): Session {
  const session = started()
  session.login = { user: 'u', database: 'd' }
  session.state = { kind: 'opening' }
  nextSession(session, { kind: 'opened' })
  return session
}

const prepared = (parameterCount = 0): PreparedStatement => ({
  parameterTypeOids: Array.from({ length: parameterCount }, () => 25),
  columns: [{ name: 'c', typeOid: 25, typeSize: -1, typeModifier: -1 }],
  commandTag: 'SELECT',
  execute: () => Promise.reject(new Error('not called')),
  close: () => undefined,
})
const execution = (): Execution => ({
  next: () => Promise.reject(new Error('not called')),
  close: () => Promise.resolve(),
})
const message = (sent: FrontendMessage): SessionEvent => ({ kind: 'message', message: sent })
const query = (text: string): SessionEvent => message({ kind: 'Query', text })
const batch = { bytes: Buffer.from('row'), rowCount: 1 }

function kinds(effects: Effect[]): string[] {
  return effects.map(effect => (effect.kind === 'send' ? effect.message.kind : effect.kind))
}

function sqlStates(effects: Effect[]): string[] {
  return effects.flatMap(effect =>
    effect.kind === 'send' && effect.message.kind === 'ErrorResponse'
      ? effect.message.fields.filter(([field]) => field === 'C').map(([, value]) => value)
      : [],
  )
}

test('a query asks the engine step by step, and asks for no rows before the last were given out', () => {
  const session = ready()
  assert.deepEqual(kinds(nextSession(session, query('select 1'))), ['prepare'])
  assert.deepEqual(kinds(nextSession(session, { kind: 'prepared', statement: prepared() })), ['execute'])
  assert.deepEqual(kinds(nextSession(session, { kind: 'executing', execution: execution() })), [
    'RowDescription',
    'fetch',
  ])
  assert.deepEqual(kinds(nextSession(session, { kind: 'rows', batch })), ['sendRows', 'fetch'])
  assert.deepEqual(kinds(nextSession(session, { kind: 'finished' })), [
    'closeExecution',
    'CommandComplete',
    'closeStatement',
    'ReadyForQuery',
  ])
})

test('an error in the middle of a result is an error, and never a CommandComplete', () => {
  const session = ready()
  nextSession(session, query('select 1'))
  nextSession(session, { kind: 'prepared', statement: prepared() })
  nextSession(session, { kind: 'executing', execution: execution() })
  nextSession(session, { kind: 'rows', batch })
  const error = new EverportError('division_by_zero', 'division by zero')
  const effects = nextSession(session, { kind: 'failed', error })
  assert.deepEqual(kinds(effects), ['closeExecution', 'closeStatement', 'ErrorResponse', 'ReadyForQuery'])
  assert.deepEqual(sqlStates(effects), ['22012'])
})

test('a result that comes whole is described, sent and complete at once', () => {
  const session = ready()
  nextSession(session, query('select 1'))
  const asked = nextSession(session, { kind: 'prepared', statement: prepared() }).at(-1)
  assert.equal(asked?.kind === 'execute' && asked.wanted, 'all')
  const effects = nextSession(session, { kind: 'executing', execution: { ...execution(), whole: batch } })
  assert.deepEqual(kinds(effects), [
    'RowDescription',
    'sendRows',
    'CommandComplete',
    'closeStatement',
    'ReadyForQuery',
  ])
  assert.equal(session.state.kind, 'ready')
})

test('a cancel that comes between two answers of the engine is not lost', () => {
  for (const steps of [0, 1, 2]) {
    const session = ready()
    nextSession(session, query('select 1'))
    if (steps > 0) nextSession(session, { kind: 'prepared', statement: prepared() })
    if (steps > 1) nextSession(session, { kind: 'executing', execution: execution() })
    assert.deepEqual(kinds(nextSession(session, { kind: 'cancel', reason: 'user' })), ['cancelEngine'])
    const late: SessionEvent[] = [
      { kind: 'prepared', statement: prepared() },
      { kind: 'executing', execution: execution() },
      { kind: 'rows', batch },
    ]
    const effects = nextSession(session, late[steps] as SessionEvent)
    assert.deepEqual(sqlStates(effects), ['57014'], `after ${steps} steps`)
    assert.ok(!kinds(effects).includes('sendRows'))
    assert.equal(session.state.kind, 'ready')
  }
})

test('a cancel of a session at rest does nothing, also to its next query', () => {
  const session = ready()
  assert.deepEqual(nextSession(session, { kind: 'cancel', reason: 'user' }), [])
  nextSession(session, query('select 1'))
  assert.deepEqual(kinds(nextSession(session, { kind: 'prepared', statement: prepared() })), ['execute'])
})

test('a result that was complete when the cancel came is complete, and the next query is not cancelled', () => {
  const session = ready()
  nextSession(session, query('select 1'))
  nextSession(session, { kind: 'prepared', statement: prepared() })
  nextSession(session, { kind: 'executing', execution: execution() })
  nextSession(session, { kind: 'cancel', reason: 'user' })
  assert.deepEqual(sqlStates(nextSession(session, { kind: 'finished' })), [])
  nextSession(session, query('select 1'))
  assert.deepEqual(kinds(nextSession(session, { kind: 'prepared', statement: prepared() })), ['execute'])
})

const inEveryState: [string, () => Session][] = [
  ['startup', started],
  [
    'finding',
    () => {
      const session = started()
      const parameters = new Map([['user', 'u']])
      nextSession(session, {
        kind: 'packet',
        packet: { kind: 'StartupMessage', protocolVersion: 196608, parameters },
      })
      return session
    },
  ],
  [
    'sasl',
    () => {
      const session = started()
      const parameters = new Map([['user', 'u']])
      nextSession(session, {
        kind: 'packet',
        packet: { kind: 'StartupMessage', protocolVersion: 196608, parameters },
      })
      assert.ok(verifier)
      nextSession(session, { kind: 'verifier', verifier, isKnown: true, nonce: 'n' })
      return session
    },
  ],
  ['ready', ready],
  [
    'running',
    () => {
      const session = ready()
      nextSession(session, query('select 1'))
      return session
    },
  ],
  [
    'skipping',
    () => {
      const session = ready()
      nextSession(session, message({ kind: 'Execute', portal: 'unknown', rowsMax: 0 }))
      return session
    },
  ],
]

test('stop, a lost connection and a broken stream end a session in every state, once', () => {
  for (const [state, make] of inEveryState) {
    const ends: SessionEvent[] = [{ kind: 'stop' }, { kind: 'lost' }]
    if (!isWaiting(make())) {
      ends.push({ kind: 'broken', error: new EverportError('protocol_violation', 'broken') })
    }
    for (const event of ends) {
      const session = make()
      assert.equal(session.state.kind, state)
      const effects = nextSession(session, event)
      assert.equal(effects.filter(({ kind }) => kind === 'end').length, 1, `${event.kind} in ${state}`)
      assert.equal(kinds(effects).includes('cancelEngine'), state === 'running')
      assert.deepEqual(
        sqlStates(effects).length,
        event.kind === 'lost' || (state === 'startup' && event.kind === 'stop') ? 0 : 1,
      )
      assert.deepEqual(nextSession(session, { kind: 'lost' }), [])
      assert.deepEqual(nextSession(session, { kind: 'prepared', statement: prepared() }), [])
    }
  }
})

test('drain lets a pipelined round end at its Sync', () => {
  const session = ready()
  nextSession(session, message({ kind: 'Close', target: { of: 'portal', name: '' } }))
  assert.deepEqual(nextSession(session, { kind: 'drain' }), [])
  const effects = nextSession(session, message({ kind: 'Sync' }))
  assert.deepEqual(kinds(effects), ['ReadyForQuery', 'ErrorResponse', 'end'])
  assert.deepEqual(sqlStates(effects), ['57P01'])
})

type Answer = 'good' | 'whole' | 'bad'

/** Plays an engine that answers as told, and counts what it was asked to open and close. */
function play(
  messages: FrontendMessage[],
  answers: Answer[],
): { session: Session; effects: Effect[]; open: Set<object> } {
  const session = ready()
  const effects: Effect[] = []
  const open = new Set<object>()
  let turn = 0
  const take = (event: SessionEvent): void => {
    const now = nextSession(session, event)
    effects.push(...now)
    for (const effect of now) {
      if (effect.kind === 'closeStatement')
        assert.ok(open.delete(effect.statement), 'a statement is closed once')
      if (effect.kind === 'closeExecution')
        assert.ok(open.delete(effect.execution), 'an execution is closed once')
    }
    const asked = now.find(({ kind }) => kind === 'prepare' || kind === 'execute' || kind === 'fetch')
    if (asked !== undefined) take(answerTo(asked, answers[turn++ % answers.length] ?? 'good'))
  }
  const fetched = new Map<object, number>()
  const answerTo = (asked: Effect, answer: Answer): SessionEvent => {
    if (answer === 'bad') return { kind: 'failed', error: new EverportError('data_exception', 'bad') }
    if (asked.kind === 'fetch') {
      const count = (fetched.get(asked.execution) ?? 0) + 1
      fetched.set(asked.execution, count)
      return count > 3 ? { kind: 'finished' } : { kind: 'rows', batch }
    }
    if (asked.kind === 'execute') {
      if (answer === 'whole' && asked.wanted === 'all')
        return { kind: 'executing', execution: { ...execution(), whole: batch } }
      const made = execution()
      open.add(made)
      return { kind: 'executing', execution: made }
    }
    const made = prepared()
    open.add(made)
    return { kind: 'prepared', statement: made }
  }
  for (const sent of messages) take(message(sent))
  return { session, effects, open }
}

const names = fc.constantFrom('', 'a', 'b')
const texts = fc.constantFrom(
  'select 1',
  'begin',
  'commit',
  'rollback',
  '',
  'show timezone',
  'set x.y = 1',
  'select 1; begin; select 2',
  'deallocate all',
  'savepoint s',
  'rollback to s',
  'discard all',
  "'",
)
const likelyMessage: fc.Arbitrary<FrontendMessage> = fc.oneof(
  texts.map(text => ({ kind: 'Query', text }) as const),
  fc
    .tuple(names, texts)
    .map(([name, text]) => ({ kind: 'Parse', name, text, parameterTypeOids: [] }) as const),
  fc.tuple(names, names).map(
    ([portal, statement]) =>
      ({
        kind: 'Bind',
        portal,
        statement,
        parameterFormats: [],
        parameters: [],
        resultFormats: [],
      }) as const,
  ),
  fc
    .tuple(names, fc.integer({ min: 0, max: 3 }))
    .map(([portal, rowsMax]) => ({ kind: 'Execute', portal, rowsMax }) as const),
  fc
    .tuple(fc.constantFrom('statement' as const, 'portal' as const), names)
    .map(([of, name]) => ({ kind: 'Close', target: { of, name } }) as const),
  fc
    .tuple(fc.constantFrom('statement' as const, 'portal' as const), names)
    .map(([of, name]) => ({ kind: 'Describe', target: { of, name } }) as const),
  fc.constant({ kind: 'Sync' } as const),
  anyFrontendMessage.filter(
    ({ kind }) => kind !== 'SASLResponse' && kind !== 'SASLInitialResponse' && kind !== 'Terminate',
  ),
)

test('whatever a client sends and an engine answers: rounds end with one ReadyForQuery, and nothing stays open', () => {
  fc.assert(
    fc.property(
      fc.array(likelyMessage, { maxLength: 40 }),
      fc.array(fc.constantFrom<Answer>('good', 'good', 'whole', 'good', 'bad'), {
        minLength: 1,
        maxLength: 10,
      }),
      (messages, answers) => {
        // Back to rest: out of any error, out of any block, without named statements.
        const rest: FrontendMessage[] = [
          { kind: 'Sync' },
          { kind: 'Query', text: 'rollback' },
          { kind: 'Query', text: 'deallocate all' },
        ]
        const { session, effects, open } = play([...messages, ...rest], answers)
        assert.equal(session.state.kind, 'ready')
        assert.equal(session.portals.size, 0)
        assert.equal(open.size, 0)
        assert.equal(session.transaction, undefined)
        const readies = effects.filter(e => e.kind === 'send' && e.message.kind === 'ReadyForQuery').length
        const rounds = roundsOf([...messages, ...rest], effects)
        assert.ok(readies <= rounds.max && readies >= rounds.min, `${readies} ReadyForQuery`)
      },
    ),
    { numRuns: 1_000 },
  )
})

/** Every Sync ends a round; a Query or FunctionCall does unless it is skipped after an error. */
function roundsOf(messages: FrontendMessage[], effects: Effect[]): { min: number; max: number } {
  assert.ok(effects.length > 0)
  const syncs = messages.filter(({ kind }) => kind === 'Sync').length
  const queries = messages.filter(({ kind }) => kind === 'Query' || kind === 'FunctionCall').length
  return { min: syncs + 2, max: syncs + queries }
}

test('limits of text and parameters are told with their SQLSTATE', () => {
  const session = createSession({
    key: { processId: 1, secret: Buffer.from('two!') },
    limits: { ...defaultPgwireLimits, statementCharactersMax: 10, parametersMax: 1 },
    database: 'd',
  })
  session.state = { kind: 'opening' }
  nextSession(session, { kind: 'opened' })
  assert.deepEqual(sqlStates(nextSession(session, query('select 1234567'))), ['54000'])
  const parse = { kind: 'Parse', name: '', text: 'x', parameterTypeOids: [1, 2] } as const
  assert.deepEqual(sqlStates(nextSession(session, message(parse))), ['54000'])
})
