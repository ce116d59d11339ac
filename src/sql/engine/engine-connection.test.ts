import assert from 'node:assert/strict'
import { test } from 'node:test'
import duckdb from '@duckdb/node-bindings'
import { openConnection } from './engine-connection.ts'

test('a connection keeps eight statements, each for one taker; the oldest goes first', async () => {
  const database = await duckdb.open(':memory:')
  const connection = await openConnection({
    connect: () => duckdb.connect(database),
    makeSystemCatalog: async () => undefined,
    close: () => undefined,
  })
  const statements = await Promise.all(
    Array.from({ length: 9 }, (_, i) => duckdb.prepare(connection.raw, `SELECT ${i}`)),
  )
  for (const [i, statement] of statements.slice(0, 8).entries()) connection.keep(String(i), statement)
  const first = connection.takeKept('0')
  assert.equal(first, statements[0])
  assert.equal(connection.takeKept('0'), undefined, 'it is its taker\u2019s')
  assert.ok(first)
  connection.keep('0', first)
  connection.keep('8', statements[8] ?? first)
  assert.equal(connection.takeKept('1'), undefined, 'it had been there longest')
  const twin = await duckdb.prepare(connection.raw, 'SELECT 2')
  connection.keep('2', twin)
  assert.equal(connection.takeKept('2'), twin, 'one a text')
  const result = await duckdb.execute_prepared(first)
  assert.equal(duckdb.row_count(result), 1)
  connection.close()
  duckdb.close_sync(database)
})
