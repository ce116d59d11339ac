import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EverportError } from '../../base/errors.ts'
import { classifyStatement } from './classify.ts'
import { characterPosition } from './lexer.ts'

const words =
  `begin commit rollback to savepoint declare c "C" binary no scroll cursor with hold for select 1 -1 fetch move all forward
  backward absolute from close copy ( ) , stdout stdin csv header format delimiter 'x' '' E'\\n' null quote escape force_quote force * set local show reset = . program`.split(
    /\s+/,
  )

test('any row of words is a statement of the session, of the engine, or an EverportError', () => {
  const soup = fc.array(fc.constantFrom(...words), { maxLength: 14 }).map(parts => parts.join(' '))
  fc.assert(
    fc.property(soup, text => {
      try {
        assert.ok(classifyStatement(text).kind)
      } catch (error) {
        assert.ok(error instanceof EverportError, String(error))
      }
    }),
    { numRuns: 3_000 },
  )
})

test('a query inside keeps its place, however it is written', () => {
  for (const [statement, query] of [
    ['declare c cursor for select 🚀', 'select 🚀'],
    ['copy (select \'(\', ")" from t) to stdout', 'select \'(\', ")" from t'],
    ['/* 🚀 */ copy (values (1), (2)) to stdout csv', 'values (1), (2)'],
  ] as const) {
    const found = classifyStatement(statement)
    assert.ok(found.kind === 'declare' || found.kind === 'copy')
    assert.equal(found.query.text.trim(), query)
    // Counted in characters, as PostgreSQL does.
    const before = (text: string): number => characterPosition(text, text.indexOf(query))
    assert.equal(before(found.query.text), before(statement))
  }
})
