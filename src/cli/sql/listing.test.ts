import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeStatement, listStatement } from './listing.ts'

test('a listing leaves the system schemas out', () => {
  assert.match(listStatement('all'), /not in \('information_schema', 'pg_catalog'\)\norder/)
  assert.match(listStatement('views'), /table_type = 'VIEW'/)
  assert.match(listStatement('tables'), /table_type <> 'VIEW'/)
})

test('names are folded unless quoted, and never leave their literal', () => {
  assert.match(describeStatement('Flights'), /lower\(table_name\) = 'flights'/)
  assert.match(
    describeStatement('main."It\'s ""x"""'),
    /lower\(table_schema\) = 'main' and table_name = 'It''s "x"'/,
  )
  for (const wrong of ['a.b.c', 'a b', '"', '.'])
    assert.throws(() => describeStatement(wrong), /expected a name/, wrong)
})
