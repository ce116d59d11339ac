import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { isMomentary } from './momentary-words.ts'
import { tokens } from './token-text.ts'

const isOf = (sql: string): boolean => isMomentary(tokens(sql))

test('what computes from rows alone holds; what asks for the moment, the session, chance or files does not', () => {
  for (const sql of [
    "SELECT count(*), sum(a) FROM t WHERE b = 3 GROUP BY c ORDER BY date_trunc('day', d)",
    'SELECT * FROM unnest([1, 2]), range(3), generate_series(1, 2)',
    "SELECT 'now()', \"random\", uuid, error('x'), repeat('x', 3) FROM t AS query",
    'SELECT nextval FROM t',
  ])
    assert.equal(isOf(sql), false, sql)
  for (const sql of [
    'SELECT now()',
    'SELECT CAST(now() AS DATE)',
    'SELECT "now"()',
    'SELECT NOW ()',
    'SELECT current_date',
    'SELECT a.current_database()',
    'SELECT age(d) FROM t',
    "SELECT * FROM read_csv('x.csv')",
    "SELECT * FROM glob('*')",
    'SELECT * FROM t TABLESAMPLE 10%',
    'SELECT * FROM t USING SAMPLE 3',
    'SELECT user',
  ])
    assert.equal(isOf(sql), true, sql)
})

/** Functions of rows, and of the engine's words for an error: looked at. */
const computing = new Set(
  'error generate_series json_each json_tree range repeat repeat_row unnest histogram histogram_values'.split(
    ' ',
  ),
)

test('every function of this version of the engine that is not always the same is known', async () => {
  const connection = await (await DuckDBInstance.create()).connect()
  const reader = await connection.runAndReadAll(
    `SELECT DISTINCT function_name FROM duckdb_functions()
     WHERE function_type IN ('table', 'table_macro') OR (function_type = 'scalar' AND stability <> 'CONSISTENT')`,
  )
  const names = reader.getRows().map(([name]) => String(name))
  assert.ok(names.length > 80)
  const unknown = names.filter(name => !computing.has(name) && !isOf(`SELECT ${name}()`))
  assert.deepEqual(unknown, [])
  const macros = await connection.runAndReadAll(
    `SELECT DISTINCT function_name, macro_definition FROM duckdb_functions() WHERE function_type = 'macro' AND macro_definition IS NOT NULL`,
  )
  const missed = macros
    .getRows()
    .filter(([name, text]) => isOf(String(text)) && !isOf(`SELECT ${String(name)}()`))
    .map(([name]) => String(name))
  connection.closeSync()
  // They look at the engine's types and constraints, which are those of the instance.
  assert.deepEqual(
    missed.sort((one, other) => one.localeCompare(other)),
    ['format_type', 'get_block_size', 'pg_get_constraintdef', 'pg_get_viewdef'],
  )
})
