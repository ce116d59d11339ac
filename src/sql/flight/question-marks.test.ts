import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withNumberedParameters } from './question-marks.ts'

test('question marks get numbers, except in strings, names and comments', () => {
  const cases: readonly (readonly [statement: string, expected: string])[] = [
    ['SELECT 1', 'SELECT 1'],
    ['SELECT * FROM t WHERE a = ? AND b = ?', 'SELECT * FROM t WHERE a = $1 AND b = $2'],
    ['SELECT \'?\', "?", ? -- ?', 'SELECT \'?\', "?", $1 -- ?'],
    ['SELECT /* ? */ ?', 'SELECT /* ? */ $1'],
    ['SELECT $$?$$, ?', 'SELECT $$?$$, $1'],
    ['SELECT $1, a ? b FROM t', 'SELECT $1, a ? b FROM t'],
  ]
  for (const [statement, expected] of cases) assert.equal(withNumberedParameters(statement), expected)
})
