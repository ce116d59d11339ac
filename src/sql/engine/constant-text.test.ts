import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isConstantText } from './constant-text.ts'

const constant = [
  'SELECT 1 AS "?column?"',
  `SELECT 'it''s "now"()' AS "x"`,
  'SELECT (1 + 2) AS "sum", TRUE AS "yes", -1.5 AS "less"',
  'SELECT 1 AS "current_date" WHERE FALSE',
]
const others = [
  'SELECT "now"() AS "now"',
  'SELECT "count"(*) AS "count" FROM "few"',
  'SELECT "current_date" AS "day"',
  'SELECT current_date AS "day"',
  `SELECT CAST('today' AS DATE) AS "day"`,
  'SELECT (SELECT 1 FROM "few") AS "one"',
  'SELECT * FROM (VALUES (1)) AS "v"("x")',
  'SELECT random() AS "r"',
]

for (const text of constant) test(`a constant: ${text}`, () => assert.ok(isConstantText(text)))
for (const text of others) test(`no constant: ${text}`, () => assert.ok(!isConstantText(text)))
