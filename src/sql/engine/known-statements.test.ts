import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKnownStatements } from './known-statements.ts'
import type { StatementFacts } from './prepare-statement.ts'

function factsOf(source: string, isShareable = true): StatementFacts {
  return {
    source,
    text: source,
    commandTag: 'SELECT',
    rowsMax: 1,
    isOfThisMoment: false,
    isShareable,
    isConstant: false,
    answers: new Map(),
    reach: undefined,
    confirmed: undefined,
    shape: [],
    parameterTypeOids: [],
    columns: [],
    types: [],
    arrowColumns: () => [],
  }
}

test('a statement is known to the role that had it bound, and to no other', () => {
  const known = createKnownStatements()
  const facts = factsOf('select 1')
  known.keep('ann', 7, facts)
  assert.equal(known.find('ann', 7, 'select 1'), facts)
  assert.equal(known.find('bob', 7, 'select 1'), undefined)
  assert.equal(known.find('ann', 7, 'select 2'), undefined)
})

test('other rights make it unknown, also the older ones again', () => {
  const known = createKnownStatements()
  known.keep('ann', 7, factsOf('select 1'))
  assert.equal(known.find('ann', 8, 'select 1'), undefined)
  assert.equal(known.find('ann', 7, 'select 1'), undefined)
  const newer = factsOf('select 1')
  known.keep('ann', 8, newer)
  assert.equal(known.find('ann', 8, 'select 1'), newer)
  assert.equal(known.find('ann', undefined, 'select 1'), undefined)
})

test('what says something else to another session, or is long, is not kept', () => {
  const known = createKnownStatements()
  known.keep('ann', 1, factsOf('select pg_backend_pid()', false))
  assert.equal(known.find('ann', 1, 'select pg_backend_pid()'), undefined)
  const long = `select '${'x'.repeat(4_000)}'`
  known.keep('ann', 1, factsOf(long))
  assert.equal(known.find('ann', 1, long), undefined)
})

test('a thousand are kept: the one that was used least lately goes first', () => {
  const known = createKnownStatements()
  const source = (i: number): string => `select ${i}`
  for (let i = 0; i < 1_000; i++) known.keep('ann', 1, factsOf(source(i)))
  assert.ok(known.find('ann', 1, source(0)), 'used again, it is the newest')
  known.keep('ann', 1, factsOf(source(1_000)))
  assert.equal(known.find('ann', 1, source(1)), undefined)
  for (const i of [0, 2, 999, 1_000]) assert.ok(known.find('ann', 1, source(i)), source(i))
})
