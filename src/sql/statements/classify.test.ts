import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EverportError } from '../../base/errors.ts'
import { type Classified, classifyStatement } from './classify.ts'

const cases: [text: string, expected: Classified][] = [
  ['select 1', { kind: 'engine' }],
  ['(select 1)', { kind: 'engine' }],
  ['', { kind: 'engine' }],
  ['"begin"', { kind: 'engine' }],
  ['constructor', { kind: 'engine' }],
  ['BEGIN', { kind: 'begin', tag: 'BEGIN', modes: {} }],
  ['begin work', { kind: 'begin', tag: 'BEGIN', modes: {} }],
  [
    '/* x */ Start Transaction isolation level repeatable read, read only not deferrable',
    {
      kind: 'begin',
      tag: 'START TRANSACTION',
      modes: { isolation: 'repeatable read', readOnly: true, deferrable: false },
    },
  ],
  ['COMMIT', { kind: 'commit', chain: false }],
  ['end transaction and no chain', { kind: 'commit', chain: false }],
  ['rollback and chain', { kind: 'rollback', chain: true }],
  ['abort', { kind: 'rollback', chain: false }],
  ["commit prepared 'x'", { kind: 'engine' }],
  ['savepoint "A b"', { kind: 'savepoint', name: 'A b' }],
  ['release savepoint S', { kind: 'release', name: 's' }],
  ['rollback work to savepoint s', { kind: 'rollbackTo', name: 's' }],
  ['rollback to s', { kind: 'rollbackTo', name: 's' }],
  ['set x = 1', { kind: 'set', isLocal: false, name: 'x', value: '1' }],
  ['SET Session X.y TO default', { kind: 'set', isLocal: false, name: 'x.y', value: undefined }],
  ["set local a to 'b''c'", { kind: 'set', isLocal: true, name: 'a', value: "b'c" }],
  ["set a = E'x\\n\\'y'", { kind: 'set', isLocal: false, name: 'a', value: "x\n'y" }],
  ['set a = $t$x$t$', { kind: 'set', isLocal: false, name: 'a', value: 'x' }],
  [
    'set search_path = "$user", public',
    { kind: 'set', isLocal: false, name: 'search_path', value: '$user, public' },
  ],
  ['set extra_float_digits = -1', { kind: 'set', isLocal: false, name: 'extra_float_digits', value: '-1' }],
  ["set time zone 'UTC'", { kind: 'set', isLocal: false, name: 'timezone', value: 'UTC' }],
  ['set time zone -7', { kind: 'set', isLocal: false, name: 'timezone', value: '-7' }],
  ['set time zone local', { kind: 'set', isLocal: false, name: 'timezone', value: undefined }],
  ["set names 'utf8'", { kind: 'set', isLocal: false, name: 'client_encoding', value: 'utf8' }],
  ['set names', { kind: 'set', isLocal: false, name: 'client_encoding', value: undefined }],
  ['set role none', { kind: 'set', isLocal: false, name: 'role', value: 'none' }],
  [
    'set session authorization default',
    { kind: 'set', isLocal: false, name: 'session_authorization', value: undefined },
  ],
  [
    'set session characteristics as transaction read only',
    { kind: 'setModes', of: 'session', modes: { readOnly: true } },
  ],
  [
    'set transaction isolation level read committed',
    { kind: 'setModes', of: 'transaction', modes: { isolation: 'read committed' } },
  ],
  ['set constraints all deferred', { kind: 'setConstraints' }],
  ['reset all', { kind: 'reset', name: undefined }],
  ['reset time zone', { kind: 'reset', name: 'timezone' }],
  ['show all', { kind: 'show', name: undefined }],
  ['show all tables', { kind: 'engine' }],
  ['show tables', { kind: 'engine' }],
  ['show DateStyle', { kind: 'show', name: 'datestyle' }],
  ['show time zone', { kind: 'show', name: 'timezone' }],
  ['show transaction isolation level', { kind: 'show', name: 'transaction_isolation' }],
  ['show my.own', { kind: 'show', name: 'my.own' }],
  ['discard all', { kind: 'discard', what: 'all' }],
  ['discard temporary', { kind: 'discard', what: 'temp' }],
  ['deallocate prepare all', { kind: 'deallocate', name: undefined }],
  ['deallocate "X"', { kind: 'deallocate', name: 'X' }],
]

test('who answers a statement', () => {
  for (const [text, expected] of cases) assert.deepEqual(classifyStatement(text), expected, text)
})

test('session commands that are wrong are syntax errors', () => {
  const wrong = [
    'begin now',
    'start',
    'set',
    'set x',
    'set x 1',
    'set x = ',
    'set x = - a',
    'savepoint',
    'savepoint 1',
  ]
  wrong.push(
    'commit and',
    'discard',
    'discard plans now',
    'deallocate',
    'set local',
    'set transaction x',
    'reset',
    'rollback to',
  )
  for (const text of wrong) {
    assert.throws(
      () => classifyStatement(text),
      (error: unknown) =>
        error instanceof EverportError && error.code === 'syntax_error' && error.position !== undefined,
      text,
    )
  }
})
